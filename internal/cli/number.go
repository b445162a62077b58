package cli

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// value is a flag's value that is read strictly: package flag takes 0x10, 010 and 1_0 for
// numbers too.
type value[T any] struct {
	to    *T
	parse func(string) (T, error)
	what  string // it is
}

func (v value[T]) Set(s string) error {
	parsed, err := v.parse(s)
	if err != nil {
		return errors.New("is not " + v.what)
	}
	*v.to = parsed
	return nil
}

func (v value[T]) String() string {
	if v.to == nil {
		return ""
	}
	return fmt.Sprint(*v.to)
}

// define defines a flag and sets what it is when it is not given.
func define[T any](p *Program, to *T, name string, usual T, parse func(string) (T, error), what string) {
	*to = usual
	p.Var(value[T]{to, parse, what}, name, "")
}

// IntVar defines a flag that is a whole number.
func (p *Program) IntVar(to *int, name string, usual int, _ string) {
	define(p, to, name, usual, strconv.Atoi, "a whole number")
}

// Uint64Var defines a flag that is a whole number from 0.
func (p *Program) Uint64Var(to *uint64, name string, usual uint64, _ string) {
	parse := func(s string) (uint64, error) { return strconv.ParseUint(s, 10, 64) }
	define(p, to, name, usual, parse, "a whole number from 0 to 2⁶⁴ − 1")
}

// Float64Var defines a flag that is a number.
func (p *Program) Float64Var(to *float64, name string, usual float64, _ string) {
	define(p, to, name, usual, ParseNumber, "a number")
}

// DurationVar defines a flag that is a length of time.
func (p *Program) DurationVar(to *time.Duration, name string, usual time.Duration, _ string) {
	define(p, to, name, usual, time.ParseDuration, "a time such as 90s, 10m or 24h")
}

// ParseNumber reads a number as people write it: not what only Go takes for one, and
// nothing that is infinite or not defined.
func ParseNumber(s string) (float64, error) {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) || strings.ContainsAny(s, "_xX") {
		return 0, errors.New("is not a number")
	}
	return v, nil
}
