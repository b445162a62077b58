package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// num writes a number for people: four digits.
func num(v float64) string { return digits(v, 4) }

func digits(v float64, n int) string {
	exponent := exponentOf(v, n)
	switch {
	case v == 0:
		return "0"
	case exponent < -4 || exponent > 6:
		return sign(strconv.FormatFloat(v, 'g', n, 64))
	}
	return sign(strconv.FormatFloat(v, 'f', max(0, n-1-exponent), 64))
}

// plain is num without zeros at the end, for a number of the data.
func plain(v float64) string {
	s := num(v)
	if strings.Contains(s, ".") && !strings.Contains(s, "e") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// exponentOf returns the power of ten of a number that is rounded to n digits.
func exponentOf(v float64, n int) int {
	_, e, _ := strings.Cut(strconv.FormatFloat(v, 'e', n-1, 64), "e")
	exponent, _ := strconv.Atoi(e)
	return exponent
}

// sign writes minus as it is printed.
func sign(s string) string { return strings.ReplaceAll(s, "-", "−") }

// alike writes numbers of one column with as many decimals as the largest needs for
// four digits.
func alike(values ...float64) func(float64) string {
	largest := 0.0
	for _, v := range values {
		largest = max(largest, math.Abs(v))
	}
	exponent := exponentOf(largest, 4)
	if largest == 0 || exponent < -4 || exponent > 6 {
		return num
	}
	return func(v float64) string { return sign(strconv.FormatFloat(v, 'f', max(0, 3-exponent), 64)) }
}

// undefined is what is written for a figure that is not defined.
const undefined = "–"

// maybe writes a number that may be undefined.
func maybe(v *float64, write func(float64) string) string {
	if v == nil {
		return undefined
	}
	return write(*v)
}

func figureOf(v *float64) string { return maybe(v, num) }

// percent writes a share.
func percent(v float64) string { return sign(strconv.FormatFloat(float64(100*v), 'f', 1, 64)) + " %" }

func percentOf(v *float64) string { return maybe(v, percent) }

// count writes a whole number in groups of three digits.
func count[N int | int64](n N) string {
	s := strconv.FormatInt(int64(n), 10)
	for i := len(s) - 3; i > 0 && len(s) > 4; i -= 3 {
		s = s[:i] + "\u202f" + s[i:]
	}
	return s
}

// plural is a count and what is counted.
func plural[N int | int64](n N, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return count(n) + " " + many
}

// short leaves the middle out of a name that is too long for its place.
func short(s string, most int) string {
	runes := []rune(s)
	if len(runes) <= most {
		return s
	}
	return string(runes[:most/2]) + "…" + string(runes[len(runes)-(most-1)/2:])
}

// name is that of a column or a file, in sentences and tables.
func name(s string) string { return short(s, 48) }

// list names a few and counts the others.
func list(names []string) string {
	const most = 8
	var text []string
	for _, n := range names[:min(most, len(names))] {
		text = append(text, name(n))
	}
	if more := len(names) - len(text); more > 0 {
		text = append(text, fmt.Sprintf("and %s more", count(more)))
	}
	return strings.Join(text, ", ")
}

// others says that a table has not all.
func others(all, shown int) string {
	if all == shown {
		return ""
	}
	return fmt.Sprintf(" (%s of %s)", count(shown), count(all))
}

// off says by how much a prediction is off, from the mean of measured − predicted.
func off(residual float64) string {
	if residual < 0 {
		return digits(-residual, 3) + " too high"
	}
	return digits(residual, 3) + " too low"
}

// sentence begins with a capital letter.
func sentence(format string, args ...any) string {
	s := fmt.Sprintf(format, args...)
	r, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[size:]
}
