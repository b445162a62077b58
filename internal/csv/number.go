package csv

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// pow10 holds the powers of ten that float64 represents exactly.
var pow10 = [...]float64{
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
}

// Padding is how many bytes there must be after a text that ShortNumber or
// ShortTime reads from.
const Padding = 32

// ShortNumber reads a plain decimal such as -12.34 that begins at d[i] and
// returns the index after it. The text ends in a newline. ok is false where
// the digits are none, more than 15, or not all there is to say (an exponent, a
// letter); ParseNumber then decides.
//
// Up to 15 digits fit in 2⁵³ and the power of ten is exact, so that the one
// division rounds correctly (W. Clinger, "How to read floating point numbers
// accurately", PLDI 1990). Reading eight characters at a time with arithmetic
// on words is slower here: the digits of a column are few and much alike, and
// their branches are foreseen.
func ShortNumber(d []byte, i int) (v float64, end int, ok bool) {
	neg := minus(d[i])
	digits, point, end := plain(d, i+int(neg))
	v, ok = decimal(digits, neg, i+int(neg), point, end)
	return v, end, ok
}

// Numbers reads plain decimals of a row from d[i] on, a cell each, as many as there
// are one after the other in columns of numbers. It returns how many they were and
// where the cell after them begins. It does nothing else, so that the compiler
// keeps all it needs in registers.
func Numbers(d []byte, i, row int, columns [][]float64, ends []byte) (n, next int) {
	for n, column := range columns {
		if column == nil {
			return n, i
		}
		neg := minus(d[i])
		digits, point, end := plain(d, i+int(neg))
		v, ok := decimal(digits, neg, i+int(neg), point, end)
		if !ok || d[end] != ends[n] {
			return n, i
		}
		column[row] = v
		i = end + 1
	}
	return len(columns), i
}

// minus returns 1 for a minus sign and 0 for anything else, without a branch.
func minus(c byte) uint64 { return (uint64(c^'-') - 1) >> 63 }

// plain reads the digits at d[i], and a point among them: their value without it,
// the index after the point, 0 for none, and the index after all. It is small
// enough for the compiler to put it where it is called.
func plain(d []byte, i int) (digits uint64, point, end int) {
	for ; ; i++ {
		if c := uint64(d[i]) - '0'; c <= 9 {
			digits = digits*10 + c
		} else if d[i] == '.' && point == 0 {
			point = i + 1
		} else {
			return digits, point, i
		}
	}
}

// decimal makes a number of what plain read from start to end.
func decimal(digits, neg uint64, start, point, end int) (v float64, ok bool) {
	v = float64(int64(digits))
	n := end - start
	if point > 0 {
		v /= pow10[(end-point)&15]
		n--
	}
	return math.Float64frombits(math.Float64bits(v) | neg<<63), uint(n-1) < 15
}

// ErrNotFinite says that a number is infinite, none, or beyond float64.
var ErrNotFinite = errors.New("is not finite")

// ParseNumber reads a decimal number. Unlike strconv.ParseFloat it takes no
// hexadecimal, no underscores and no names of infinities.
func ParseNumber(cell []byte) (float64, error) {
	for _, c := range cell {
		if (c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E' {
			if _, err := strconv.ParseFloat(string(cell), 64); err == nil && !bytes.ContainsAny(cell, "xX_") {
				return 0, fmt.Errorf("%q %w", cell, ErrNotFinite) // a name of infinity
			}
			return 0, fmt.Errorf("%q is not a number", Clip(string(cell)))
		}
	}
	v, err := strconv.ParseFloat(string(cell), 64)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return 0, fmt.Errorf("%q %w: it is beyond the range of float64", Clip(string(cell)), ErrNotFinite)
	case err != nil:
		return 0, fmt.Errorf("%q is not a number", Clip(string(cell)))
	}
	return v, nil
}

// Number is a decimal number as ParseNumber reads it, NaN for what is none.
func Number[T string | []byte](cell T) float64 {
	if len(cell) > 0 {
		if v, err := ParseNumber([]byte(cell)); err == nil {
			return v
		}
	}
	return math.NaN()
}

// Missing reports whether a cell stands for a missing reading: empty, or NA,
// NaN or null in any case.
func Missing[T string | []byte](cell T) bool {
	is := func(word string) bool { return len(cell) == len(word) && strings.EqualFold(string(cell), word) }
	return len(cell) <= len("null") && (is("") || is("NA") || is("NaN") || is("null"))
}

// AppendFloat appends the shortest decimal that reads back as v, and nothing
// for NaN, a missing value.
func AppendFloat(dst []byte, v float64) []byte {
	if math.IsNaN(v) {
		return dst
	}
	return strconv.AppendFloat(dst, v, 'g', -1, 64)
}

// AppendFixed appends units·10⁻ᵈᵉᶜⁱᵐᵃˡˢ with exactly that many decimals, as
// strconv would write it with format 'f'.
func AppendFixed(dst []byte, units int64, decimals int) []byte {
	if units < 0 {
		dst = append(dst, '-')
		units = -units
	}
	var buf [24]byte
	i := len(buf)
	for n := 0; units > 0 || n <= decimals; n++ {
		if n == decimals && decimals > 0 {
			i--
			buf[i] = '.'
		}
		i--
		buf[i] = byte('0' + units%10)
		units /= 10
	}
	return append(dst, buf[i:]...)
}
