package bi

import (
	"math"
	"strings"

	"github.com/hufu-iam/hufu/internal/call"
)

// maxPageSize is what larger sizes are cut to.
const maxPageSize = 1000

// family is how a family of list actions counts: the number of its first page, and how many elements one has if the
// caller does not say.
type family struct{ first, size int64 }

var (
	// fromOne is of users, projects and data sources; page 0 is the first there, too.
	fromOne = family{first: 1, size: 20}
	// fromZero is of API keys, group members and the trees of groups.
	fromZero = family{first: 0, size: 10}
)

// window is the part of a list that was asked for.
type window struct {
	offset, limit int64
	all           bool // one page holds everything
}

// window reads a page number, which the contract keeps from being negative, and a size.
//
// Terraform's provider counts in rows where the API has pages: 0, 20, 40, until a page is not full, and does so even
// where it asks for all in one page. Its lists end, and hold what is behind the first page, because a number that is a
// multiple of the size is read as an offset if the client says that it is Terraform, and because what comes after "all"
// is empty for everybody.
func (p *Product) window(c *call.Call, f family, number, size int64, all bool) window {
	if size <= 0 {
		size = f.size
	}
	size = min(size, maxPageSize)
	inRows := number > 0 && number%size == 0
	switch {
	case all && inRows && number >= 2:
		return window{offset: math.MaxInt64 - maxPageSize, limit: size, all: true}
	case all:
		return window{limit: math.MaxInt64, all: true}
	case p.config.TerraformPaging && inRows && strings.Contains(c.Client, "Terraform-"):
		return window{offset: number, limit: size}
	}
	page := max(number-f.first, 0)
	if page > (math.MaxInt64-maxPageSize)/size {
		return window{offset: math.MaxInt64 - maxPageSize, limit: size}
	}
	return window{offset: page * size, limit: size}
}

// pages counts the pages of a list.
func (w window) pages(total int64) int64 {
	if w.all || total == 0 {
		return min(total, 1)
	}
	return (total + w.limit - 1) / w.limit
}

// cut takes the window out of a whole list.
func cut[T any](list []T, w window) []T {
	n := int64(len(list))
	from := min(w.offset, n)
	return list[from : from+min(w.limit, n-from)]
}
