package component

import (
	"strconv"

	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/wire"
	"github.com/hufu-iam/hufu/internal/wire/code"
)

// Bounds of an envelope.
const (
	maxBody   = 1 << 20
	maxValues = 20_000
	maxEcho   = 128 // bytes of version and eventId, which are answered as they came
	maxName   = 128 // bytes of interfaceName and componentName
)

// envelope is a request, read. What came before a mistake in it is there.
type envelope struct {
	version, eventID string // as JSON, for the answer
	component        string // who says that it calls: for the record alone
	timestamp        int64  // unix seconds
	timed            bool   // there is a timestamp
	name             string // of the interface
	para             *wire.Value
}

func malformed(path, detail string) *fault.Error {
	return fault.New(code.InvalidParameter, path).WithDetail(detail)
}

// readEnvelope reads the body of a call. Members of the envelope that nobody knows are ignored: callers add their own, for
// their logs. A member that is given twice is refused, since readers disagree about which one counts.
func readEnvelope(body []byte) (envelope, error) {
	e := envelope{version: "1", eventID: "0"}
	if len(body) == 0 {
		return e, malformed("", "The body is empty.")
	}
	root, err := wire.ParseJSONUpTo(body, maxValues)
	if err != nil {
		return e, malformed("", err.Error())
	}
	for _, echo := range []struct {
		name string
		into *string
	}{{"eventId", &e.eventID}, {"version", &e.version}} {
		if err := readEcho(root.Get(echo.name), echo.name, echo.into); err != nil {
			return e, err
		}
	}
	if e.component, err = text(root, "componentName", "componentName"); err != nil {
		return e, err
	}
	if err := e.readTimestamp(root.Get("timestamp")); err != nil {
		return e, err
	}
	return e, e.readInterface(root.Get("interface"))
}

// readEcho reads what is answered as it came, a number or a text.
func readEcho(v *wire.Value, name string, into *string) error {
	switch {
	case v == nil:
		return nil
	case v.Kind() != wire.NumberValue && v.Kind() != wire.StringValue:
		return malformed(name, "The member "+name+" must be a number or a string.")
	case len(v.Str()) > maxEcho:
		return malformed(name, "The member "+name+" is longer than 128 bytes.")
	}
	*into = string(v.AppendJSON(nil))
	return nil
}

// text is a member that must be a short string where it is there.
func text(of *wire.Value, member, path string) (string, error) {
	v := of.Get(member)
	switch {
	case v == nil:
		return "", nil
	case v.Kind() != wire.StringValue:
		return "", malformed(path, "The member "+path+" must be a string.")
	case len(v.Str()) > maxName:
		return "", malformed(path, "The member "+path+" is longer than 128 bytes.")
	}
	return v.Str(), nil
}

func (e *envelope) readTimestamp(v *wire.Value) (err error) {
	if v == nil {
		return nil
	}
	if v.Kind() == wire.NumberValue || v.Kind() == wire.StringValue {
		e.timestamp, err = strconv.ParseInt(v.Str(), 10, 64)
	}
	if e.timed = true; err != nil || v.Kind() != wire.NumberValue && v.Kind() != wire.StringValue {
		return malformed("timestamp", "The member timestamp must be in seconds.")
	}
	return nil
}

func (e *envelope) readInterface(v *wire.Value) (err error) {
	switch {
	case v == nil:
		return fault.New(code.MissingParameter, "interface")
	case v.Kind() != wire.ObjectValue:
		return malformed("interface", "The member interface must be an object.")
	}
	if e.name, err = text(v, "interfaceName", "interface.interfaceName"); err != nil {
		return err
	}
	if e.name == "" {
		return fault.New(code.MissingParameter, "interface.interfaceName")
	}
	if e.para = v.Get("para"); e.para == nil {
		e.para = wire.NewObject()
	}
	if e.para.Kind() != wire.ObjectValue {
		return malformed("interface.para", "The member interface.para must be an object.")
	}
	return nil
}
