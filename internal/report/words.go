package report

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// num writes a number for people: four digits.
func num(v float64) string { return digits(v, 4) }

func digits(v float64, n int) string {
	s := strconv.FormatFloat(v, 'e', n-1, 64)
	_, e, found := strings.Cut(s, "e")
	exponent, err := strconv.Atoi(e)
	switch {
	case !found || err != nil:
		return s
	case v == 0:
		return "0"
	case exponent < -4 || exponent > 6:
		return sign(strconv.FormatFloat(v, 'g', n, 64))
	}
	return sign(strconv.FormatFloat(v, 'f', max(0, n-1-exponent), 64))
}

// sign writes minus as it is printed.
func sign(s string) string { return strings.ReplaceAll(s, "-", "−") }

// figure writes a number that may be undefined.
func figureOf(v *float64) string {
	if v == nil {
		return "–"
	}
	return num(*v)
}

// percent writes a share.
func percent(v float64) string { return sign(strconv.FormatFloat(float64(100*v), 'f', 1, 64)) + " %" }

func percentOf(v *float64) string {
	if v == nil {
		return "–"
	}
	return percent(*v)
}

// count writes a whole number in groups of three digits.
func count(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && len(s) > 4; i -= 3 {
		s = s[:i] + "\u202f" + s[i:]
	}
	return s
}

// plural is a count and what is counted.
func plural(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return count(n) + " " + many
}

// short cuts a name that is too long for its place, and writes what cannot be printed
// as a blank.
func short(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == utf8.RuneError {
			return ' '
		}
		return r
	}, s)
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most-1]) + "…"
}

// name is that of a column or a file, in sentences and tables.
func name(s string) string { return short(s, 48) }

// above says by how much a prediction is off, from the mean of measured − predicted.
func off(residual float64) string {
	if residual < 0 {
		return num(-residual) + " too high"
	}
	return num(residual) + " too low"
}

// first is a sentence with a capital letter.
func sentence(format string, args ...any) string {
	s := fmt.Sprintf(format, args...)
	r, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[size:]
}
