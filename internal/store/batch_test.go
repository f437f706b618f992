package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/hufu-iam/hufu/internal/store"
)

func TestBatchesHaveFewLengthsAndEveryKeyInOrder(t *testing.T) {
	for _, tc := range []struct {
		keys int
		want []int
	}{
		{0, nil}, {1, []int{1}}, {2, []int{10}}, {10, []int{10}}, {11, []int{100}}, {100, []int{100}},
		{101, []int{100, 1}}, {205, []int{100, 100, 10}},
	} {
		t.Run(fmt.Sprint(tc.keys, " keys"), func(t *testing.T) {
			keys := make([]string, tc.keys)
			for i := range keys {
				keys[i] = fmt.Sprintf("%04d", i)
			}
			var sizes []int
			var seen []string
			err := store.Batches(keys, func(batch []any) error {
				sizes = append(sizes, len(batch))
				for _, key := range batch {
					seen = append(seen, key.(string))
				}
				return nil
			})
			if err != nil || !slices.Equal(sizes, tc.want) {
				t.Errorf("%v, %v, want %v", sizes, err, tc.want)
			}
			if seen = slices.Compact(seen); !slices.Equal(seen, keys) {
				t.Errorf("%v", seen)
			}
		})
	}
	calls, failure := 0, errors.New("no")
	err := store.Batches(make([]string, 300), func([]any) error { calls++; return failure })
	if !errors.Is(err, failure) || calls != 1 {
		t.Errorf("%d calls, %v", calls, err)
	}
	if got := store.Placeholders(3, 3); got != "$3, $4, $5" {
		t.Errorf("%q", got)
	}
}
