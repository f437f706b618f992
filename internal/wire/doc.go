// Package wire is where parameters become typed requests and typed answers become JSON.
//
// A door parses what it received into a tree of [Value], whatever the form:
//
//	ParseJSON       a JSON body
//	ParseFlattened  A.0.B=c pairs of a query, a form or multipart parts
//
// The contract in api/ says what each action takes and answers. It is compiled into the descriptors below
// ([Service], [Action], [Struct], [Member]) and into one package of Go types per service version, so a call is:
//
//	v, err := wire.ParseJSON(body)        // syntax
//	err = wire.Check(action.Input, v)     // unknown names, wrong types, missing members
//	in := action.New(); in.Decode(v)      // cannot fail after Check
//	…authorization…
//	err = wire.CheckValues(action.Input, v, action.ErrorListed)
//	out, err := handler(ctx, call, in)
//	body = wire.AppendResponse(nil, out, requestID)
//
// Value rules are checked after authorization, so that a caller without the right learns nothing from them.
// Every error is an [*Error] with the documented code and a sentence that may be shown to the caller.
//
// A Value is written by one goroutine while it is parsed and read-only from then on. Decoded requests point into
// it and are read-only too.
package wire

//go:generate go run github.com/hufu-iam/hufu/internal/contract/gen
