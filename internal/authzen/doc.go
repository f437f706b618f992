// Package authzen is the door for services that ask "may this subject do that?": the OpenID AuthZEN Authorization API
// 1.0, and an endpoint for reverse proxies that authorize each request before they pass it on.
//
//	GET  /.well-known/authzen-configuration   where the rest is
//	POST /access/v1/evaluation                one question
//	POST /access/v1/evaluations               up to 1,000 questions
//	POST /access/v1/search/subject            who may do this to that
//	POST /access/v1/search/resource           what may be done this to
//	POST /access/v1/search/action             what may be done to that
//	GET  /access/v1/revision                  has anything changed that answers may rest on
//	any  /access/v1/forward                   may the signer of this request do what the proxy says it does
//
// Read a question in this order:
//
//	door.go       ServeHTTP: size, who asks, the pipeline, status and answer
//	request.go    bytes to the entities of a question, defaults laid under them
//	subject.go    whom a subject means; found principals are kept until a commit changes them
//	resource.go   what a resource means, and whose it is
//	context.go    the facts that conditions look at
//	evaluate.go   may the asker ask this; the decision
//	answer.go     the JSON of an answer, written by hand
//	record.go     what the audit trail keeps of a question
//	search.go     all subjects, resources or actions that a question leaves out; candidates.go is where they come from
//	forward.go    a proxy's question about the signer of a request; original.go is that request
//	revision.go   the poll of services that keep answers
//
// Two accounts must agree before something is told: the asker needs hufu:Evaluate (searches hufu:Search), and the subject
// is of the asker's own account, or the resource is owned by it. A principal of another account, to whom nobody gave or
// denied anything, and one that does not exist get the same answer; a SecretId is known to who was shown it. What his
// own account denies him, or bounds him to, can still show where the policy of the asker's resource grants it to everyone,
// and so can his account or his tags where it asks for them. What cannot be decided is denied.
package authzen
