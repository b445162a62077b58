package cli

import (
	"strings"
	"unicode/utf8"
)

// Align returns the rows of a table as lines with aligned columns; those that hold
// numbers are aligned to the right.
func Align(rows [][]string) []string {
	width := make([]int, len(rows[0]))
	left := make([]bool, len(rows[0]))
	for i, row := range rows {
		for j, cell := range row {
			width[j] = max(width[j], utf8.RuneCountInString(cell))
			left[j] = left[j] || i > 0 && strings.ContainsFunc(cell, func(r rune) bool { return r > '9' && r != 'e' && r != '−' })
		}
	}
	lines := make([]string, len(rows))
	for i, row := range rows {
		var b strings.Builder
		for j, cell := range row {
			pad := strings.Repeat(" ", width[j]-utf8.RuneCountInString(cell))
			if left[j] {
				b.WriteString(cell + pad + "  ")
			} else {
				b.WriteString(pad + cell + "  ")
			}
		}
		lines[i] = strings.TrimRight(b.String(), " ")
	}
	return lines
}
