// Package test drives the real binary from outside, as its users do: official SDKs and hand-made requests against the
// API, the command line against the data directory, on the embedded database and on PostgreSQL.
//
//	main_test.go            builds the binary, once for all tests
//	server_test.go          starts and stops servers, and looks at what every run must leave behind
//	client_test.go          requests, made by SDKs and by hand, and what every answer must look like
//	story_test.go           one customer's life, in every signature form
//	authentication_test.go  requests that prove nothing
//	request_test.go         requests that cannot be read, or name nothing
//	precedence_test.go      two faults at once
//	limits_test.go          rates
//	policies_test.go        policy documents and names
//	crash_test.go           kill -9 in the middle of many writers
//	operator_test.go        the command line beside a running and a stopped server
//	rotation_test.go        the master key changes, and what outlives a stop or a kill
//	node_test.go, node/     the same story with the SDK for Node
//
// Nothing here knows the inside: no product package is imported, but for the PostgreSQL of the tests and the signing
// of hand-made requests.
package test
