package qyapi

import (
	"errors"
	"fmt"
	"time"
)

// Handling is what an errcode asks of a client.
type Handling uint8

// The handlings. Those up to Wait are dealt with here; the others reach the caller.
const (
	Final        Handling = iota // nothing to be done about it
	Again                        // busy: try again in a moment
	Renew                        // the token is none any more: fetch another
	Wait                         // too many calls: none of these for a while
	Rejected                     // corp id and secret do not fit
	Closed                       // the application is disabled
	Refused                      // WeCom does not take calls from this address
	Gone                         // there is no such member
	Hidden                       // the member, department or tag is out of the application's range
	NoDepartment                 // there is no such department
	TooLarge                     // the answer would be too large
	Code                         // the code of a sign-in is wrong, old or used
)

// handlings are the errcodes that mean something to a client (https://developer.work.weixin.qq.com/document/path/90313).
var handlings = map[int]Handling{
	-1:    Again,
	40014: Renew, 41001: Renew, 42001: Renew,
	45009: Wait, 45033: Wait,
	40001: Rejected, 40013: Rejected, 40056: Rejected, 40091: Rejected, 41002: Rejected, 41004: Rejected, 41011: Rejected,
	50003: Closed,
	60020: Refused,
	40003: Gone, 46004: Gone, 60111: Gone,
	40068: Hidden, 50002: Hidden, 60011: Hidden, 60021: Hidden,
	60003: NoDepartment, 60123: NoDepartment,
	45029: TooLarge,
	40029: Code, 41008: Code, 42022: Code,
}

// Error is an errcode that WeCom answered.
type Error struct {
	Code int
	Call string        // "user/get"
	Wait time.Duration // for how long the call is stopped; 0 where it is not
}

func (e *Error) Error() string {
	return fmt.Sprintf("WeCom answered %s with errcode %d", e.Call, e.Code)
}

// UnreachableError is a call that WeCom did not answer, or not as its API does.
type UnreachableError struct {
	Call  string
	cause error
}

func (e *UnreachableError) Error() string {
	return fmt.Sprintf("WeCom did not answer %s: %v", e.Call, e.cause)
}

// Unwrap leads to the cause, which names no address.
func (e *UnreachableError) Unwrap() error { return e.cause }

// Alone reports whether an error is an errcode that says nothing of other calls: neither of the token, of how many calls there are, nor
// of the application. To ask about something else may succeed at once.
func Alone(err error) bool {
	e, ok := errors.AsType[*Error](err)
	if !ok {
		return false
	}
	switch handlings[e.Code] {
	case Again, Renew, Wait, Rejected, Closed, Refused:
		return false
	}
	return true
}

// HandlingOf is what an error of this package asks for; Final for every other.
func HandlingOf(err error) Handling {
	if e, ok := errors.AsType[*Error](err); ok {
		return handlings[e.Code]
	}
	return Final
}
