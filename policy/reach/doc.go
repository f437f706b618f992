// Package reach tells what policies reach: whether one pattern covers another,
// and in what two sets of policies differ.
//
// # Coverage
//
// An [Action] or [Resource] covers another when it stands for everything that
// the other stands for. The answer is exact: a text that has letters which no
// pattern has, where the other has stars, is matched by what covers the other
// and by nothing else.
//
// # Differences
//
// [Diff] compares two sets of policies by what they decide, not by what they
// say. It asks about witnesses: from the patterns of both sets follow the few
// actions, objects and facts at which an answer can differ, because all others
// are matched by the same statements as one of these. The caller answers each
// for both sets, with whatever else binds whom he asks for; see [Options] for
// what bears on the choice. A list of changes without witnesses left out (see
// [Result.Partial]) and without any change says that the sets decide alike, but
// for combinations of conditions on one key that were not thought of.
package reach
