package directory

import "strings"

// defaultCountry stands before a mobile that came without a country code.
const defaultCountry = "86"

// Bounds of the digits of a mobile, of ITU E.164: country code and number have 15 together at most.
const (
	maxCountryDigits = 3
	minMobileDigits  = 4
	maxMobileDigits  = 15
)

// ParseMobile reads a mobile, "+86-15204130007" or without the country code, which is then 86, and answers it in the first
// form, in which persons have it.
func ParseMobile(s string) (mobile string, ok bool) {
	country, number := defaultCountry, s
	if rest, given := strings.CutPrefix(s, "+"); given {
		if country, number, ok = strings.Cut(rest, "-"); !ok || len(country) > maxCountryDigits || country == "" || country[0] == '0' {
			return "", false
		}
	}
	if !digits(country) || !digits(number) || len(number) < minMobileDigits || len(country)+len(number) > maxMobileDigits {
		return "", false
	}
	return "+" + country + "-" + number, true
}

func digits(s string) bool { return strings.Trim(s, "0123456789") == "" }

// numberOf is a mobile without its country code.
func numberOf(mobile string) string {
	_, number, found := strings.Cut(mobile, "-")
	if !found {
		return mobile
	}
	return number
}
