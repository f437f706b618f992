package wire

import (
	"encoding/json"
	"math"
	"strconv"
	"unicode/utf8"
)

const hexDigits = "0123456789abcdef"

// AppendString appends s as a JSON string. Nothing is escaped that JSON does not ask for (no HTML escaping), and
// bytes that are not UTF-8 become U+FFFD.
func AppendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		b := s[i]
		if b >= 0x20 && b < utf8.RuneSelf && b != '"' && b != '\\' {
			i++
			continue
		}
		if b >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r != utf8.RuneError || size > 1 {
				i += size
				continue
			}
			dst = append(append(dst, s[start:i]...), "\uFFFD"...)
			i++
			start = i
			continue
		}
		dst = append(dst, s[start:i]...)
		switch b {
		case '"', '\\':
			dst = append(dst, '\\', b)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[b>>4], hexDigits[b&15])
		}
		i++
		start = i
	}
	return append(append(dst, s[start:]...), '"')
}

// AppendInt appends a number.
func AppendInt(dst []byte, n int64) []byte { return strconv.AppendInt(dst, n, 10) }

// AppendBool appends a truth value.
func AppendBool(dst []byte, b bool) []byte { return strconv.AppendBool(dst, b) }

// AppendFloat appends a number. JSON has no word for what is not finite; it becomes 0.
func AppendFloat(dst []byte, f float64) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return append(dst, '0')
	}
	return strconv.AppendFloat(dst, f, 'g', -1, 64)
}

// AppendRaw appends a JSON object that is kept as it is, {} for none.
func AppendRaw(dst []byte, raw json.RawMessage) []byte {
	if len(raw) == 0 {
		return append(dst, "{}"...)
	}
	return append(dst, raw...)
}

// AppendNull appends null for a member that may be null and has no value, or the value.
func AppendNull[T any](dst []byte, p *T, each func([]byte, T) []byte) []byte {
	if p == nil {
		return append(dst, "null"...)
	}
	return each(dst, *p)
}

// AppendList appends a list, [] for a nil one: clients do not expect null.
func AppendList[T any](dst []byte, list []T, each func([]byte, T) []byte) []byte {
	dst = append(dst, '[')
	for i := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = each(dst, list[i])
	}
	return append(dst, ']')
}

// AppendResponse appends the envelope of an answer.
func AppendResponse(dst []byte, r Response, requestID string) []byte {
	dst = append(dst, `{"Response":`...)
	dst = r.AppendJSON(dst)
	dst = dst[:len(dst)-1]
	if dst[len(dst)-1] != '{' {
		dst = append(dst, ',')
	}
	dst = append(dst, `"RequestId":`...)
	return append(AppendString(dst, requestID), "}}"...)
}

// AppendError appends the envelope of an error.
func AppendError(dst []byte, code, message, requestID string) []byte {
	dst = append(dst, `{"Response":{"Error":{"Code":`...)
	dst = append(AppendString(dst, code), `,"Message":`...)
	dst = append(AppendString(dst, message), `},"RequestId":`...)
	return append(AppendString(dst, requestID), "}}"...)
}
