package eiam

import (
	"context"
	"errors"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/directory"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/code"
)

// getUser finds a user of the tenant; USER.0001 where there is none.
func getUser(ctx context.Context, q store.Queryer, a store.Account, id string) (*directory.Person, error) {
	u, err := directory.Get(ctx, q, a, id)
	return u, userFault(err)
}

// user is the look for the user that a path names.
func user(ctx context.Context, c *call.Call, id string) look {
	return func(q store.Queryer) error {
		_, err := getUser(ctx, q, c.Account(), id)
		return err
	}
}

// userFaults are the directory's answers in the terms of the protocol.
var userFaults = []struct {
	is   error
	code string
}{
	{directory.ErrNotFound, code.USER0001},
	{directory.ErrLoginTaken, code.USER0029},
	{directory.ErrMobileTaken, code.USER0030},
	{directory.ErrEmailTaken, code.USER0031},
	{directory.ErrEmployeeIDTaken, code.USER0032},
	{directory.ErrExternalIDTaken, code.USER0033},
}

func userFault(err error) error {
	for _, f := range userFaults {
		if errors.Is(err, f.is) {
			return fault.New(f.code)
		}
	}
	return err
}
