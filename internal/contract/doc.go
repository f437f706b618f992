// Package contract reads the files of api/: what each action of each service version takes, answers, needs and
// costs. The format is explained in api/README.md.
//
// Load refuses what does not hold together (unknown keys, types that do not exist, codes that the action does not
// list, rules that do not fit the type), so everything behind it may trust what it gets. The program in gen makes the
// Go types and the reference pages from it.
package contract
