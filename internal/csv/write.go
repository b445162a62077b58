package csv

import (
	"bytes"
	"strings"
)

// AppendRecord appends one row of CSV and its newline. Fields are quoted where
// they must be.
func AppendRecord(dst []byte, fields ...string) []byte {
	for i, f := range fields {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = AppendField(dst, f)
	}
	return append(dst, '\n')
}

// AppendField appends one cell, quoted where it must be.
func AppendField[T string | []byte](dst []byte, f T) []byte {
	plain := true
	for i := range len(f) {
		if c := f[i]; c == '"' || c == ',' || c == '\n' || c == '\r' {
			plain = false
		}
	}
	if plain {
		return append(dst, f...)
	}
	dst = append(append(dst, '"'), strings.ReplaceAll(string(f), `"`, `""`)...)
	return append(dst, '"')
}

// Clip shortens what an error message quotes.
func Clip(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}

// List writes a list as a flag takes it: a line of CSV without its end.
func List(list []string) string {
	return string(bytes.TrimSuffix(AppendRecord(nil, list...), []byte("\n")))
}
