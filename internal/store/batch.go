package store

import (
	"strconv"
	"strings"
)

// batchSizes are the lengths of the lists of Batches.
var batchSizes = [...]int{1, 10, 100}

// Batches cuts keys into lists for IN (...) and VALUES ..., and calls fn with each until one fails. The lists have 1, 10 or
// 100 elements, the last one filled up with its own last key, so that there are few texts of a statement, which stay
// prepared. Without keys there is no call.
func Batches[T any](keys []T, fn func(batch []any) error) error {
	for len(keys) > 0 {
		size := batchSizes[len(batchSizes)-1]
		for _, s := range batchSizes {
			if len(keys) <= s {
				size = s
				break
			}
		}
		taken := min(size, len(keys))
		batch := make([]any, size)
		for i := range batch {
			batch[i] = keys[min(i, taken-1)]
		}
		if err := fn(batch); err != nil {
			return err
		}
		keys = keys[taken:]
	}
	return nil
}

// Placeholders is a list of n of them, from $first on: "$3, $4, $5".
func Placeholders(first, n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("$" + strconv.Itoa(first+i))
	}
	return b.String()
}
