package table

import "strings"

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
func AppendField(dst []byte, f string) []byte {
	if !strings.ContainsAny(f, "\",\r\n") {
		return append(dst, f...)
	}
	dst = append(dst, '"')
	dst = append(dst, strings.ReplaceAll(f, `"`, `""`)...)
	return append(dst, '"')
}
