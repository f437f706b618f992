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
//	decision_test.go        questions to the decision door
//	worked_test.go          the worked decisions of the policy language, asked of a running server; world_test.go sets each up
//	documents_test.go       the worked documents, sent to every call that takes one
//	simulator_test.go       both, through the simulator and lint
//	random_test.go          random policies and questions: the server decides as the engine does
//	directory_test.go       one person in every door, disabled and enabled, on two nodes, and beside a service of its own
//	immediate_test.go       a change counts for the very next decision, and on other nodes within a second
//	explained_test.go       every denial of a server's life is explained by its audit record
//	crash_test.go           kill -9 in the middle of many writers
//	operator_test.go        the command line beside a running and a stopped server
//	rotation_test.go        the master key changes, and what outlives a stop or a kill
//	eiam_page_test.go       the examples of docs/eiam.md
//	eiam_*_test.go          employee identity: each endpoint with its refusals, pages, tokens, and callers who do the same
//	protect_test.go         a service behind the middleware of package pep, called with an SDK
//	bi_test.go              what the tests of BI user roles share
//	bi_seed_test.go         the published request and answer, member for member, and what every answer has
//	bi_users_test.go        who is in BI, with which roles and profile
//	bi_members_test.go      who is in a project, with which roles
//	bi_groups_test.go       user groups, their tree and members
//	bi_projects_test.go     projects, and the keys that act as a user
//	bi_rules_test.go        tags, ranks and page permissions
//	bi_embed_test.go        embed tokens, and how an engine verifies them
//	bi_datasources_test.go  the registry of datasources, and what needs an engine
//	bi_gates_test.go        the two layers of authorization, and two faults at once
//	bi_pages_test.go        walks over pages
//	bi_terraform_test.go    the sequences of calls that Terraform makes
//	bi_borders_test.go      other accounts' ids, races and rates
//	node_test.go, node/     the same story with the SDK for Node
//
// Nothing here knows the inside: no product package is imported, but for the PostgreSQL of the tests; of the public ones
// tc3 signs hand-made requests, policy is what decisions are compared with, and pep is the middleware that services use.
package test
