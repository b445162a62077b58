package csv

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// Grammar is how the cells of a source are told apart.
type Grammar struct {
	Delimiter byte // ' ' stands for any run of blanks
	Quote     byte // 0 for none
	Backslash bool // before a quote that is part of a quoted cell; else such a quote is doubled
}

// Lexer cuts records into cells.
type Lexer struct {
	Grammar
	Cells [][]byte // of the last record, trimmed; none of an empty line
	mixed []byte   // memory for quoted cells that hold quotes
}

// LexError says what is wrong at d[at].
type LexError struct {
	At   int
	Cell int  // from 0
	Open bool // the quote at d[at], as far as d goes
	What string
}

// Record cuts the record that begins at d[i] into l.Cells and returns where the
// next begins, −1 if d ends before the record does. Quotes have a meaning only at
// the beginning of a cell.
func (l *Lexer) Record(d []byte, i int) (next int, bad *LexError) {
	if l.Cells, l.mixed = l.Cells[:0], l.mixed[:0]; i < len(d) && Blank(d, i) {
		return i + 1 + bytes.IndexByte(d[i:], '\n'), nil
	}
	blanks := l.Delimiter == ' '
	for {
		for i < len(d) && (d[i] == ' ' || blanks && d[i] == '\t') {
			i++
		}
		start := i
		if i < len(d) && d[i] == l.Quote && l.Quote != 0 {
			cell, end, ok := l.quoted(d, i+1)
			if !ok {
				return -1, &LexError{start, len(l.Cells), true, "a quote is opened here and never closed"}
			}
			for i = end; i < len(d) && (d[i] == ' ' && !blanks || d[i] == '\r'); i++ {
			}
			if i == len(d) {
				return -1, nil
			}
			if d[i] != l.Delimiter && d[i] != '\n' {
				return -1, &LexError{start, len(l.Cells), false,
					fmt.Sprintf("a quote is opened here, and after the quote that closes it comes %q, not a delimiter",
						Clip(FirstLine(d[i:])))}
			}
			l.Cells = append(l.Cells, trim(cell))
		} else {
			for i < len(d) && d[i] != l.Delimiter && d[i] != '\n' && !(blanks && d[i] == '\t') {
				i++
			}
			if i == len(d) {
				return -1, nil
			}
			l.Cells = append(l.Cells, trim(d[start:i]))
		}
		if blanks {
			for i < len(d) && (d[i] == ' ' || d[i] == '\t' || d[i] == '\r') {
				i++
			}
			if i == len(d) {
				return -1, nil
			}
			if d[i] != '\n' {
				continue
			}
		}
		if d[i] == '\n' {
			return i + 1, nil
		}
		i++
	}
}

// quoted returns the content of the quoted cell that begins at d[i], and where
// it ends, after its quote.
func (l *Lexer) quoted(d []byte, i int) (cell []byte, end int, ok bool) {
	start, from, kept := i, len(l.mixed), false
	for {
		k := bytes.IndexByte(d[i:], l.Quote)
		if k < 0 {
			return nil, 0, false
		}
		i += k
		switch {
		case l.Backslash && escaped(d[start:i]):
			l.mixed = append(append(l.mixed, d[start:i-1]...), l.Quote)
		case i+1 < len(d) && d[i+1] == l.Quote:
			i++
			l.mixed = append(l.mixed, d[start:i]...)
		case !kept:
			return d[start:i], i + 1, true
		default:
			l.mixed = append(l.mixed, d[start:i]...)
			return l.mixed[from:], i + 1, true
		}
		i++
		start, kept = i, true
	}
}

// escaped reports whether what comes next is after a backslash that is not itself
// after one.
func escaped(d []byte) bool {
	n := len(d) - len(bytes.TrimRight(d, `\`))
	return n%2 == 1
}

// Blank reports whether the record at d[i] is an empty line.
func Blank(d []byte, i int) bool {
	return d[i] == '\n' || d[i] == '\r' && i+1 < len(d) && d[i+1] == '\n'
}

// Whole returns where the last record ends that is whole in d.
func (l *Lexer) Whole(d []byte) int {
	if l.Quote == 0 || bytes.IndexByte(d, l.Quote) < 0 {
		return bytes.LastIndexByte(d, '\n') + 1
	}
	for end := 0; ; {
		next, bad := l.Record(d, end)
		if bad != nil && !bad.Open { // for the parser to tell
			return bytes.LastIndexByte(d, '\n') + 1
		}
		if next < 0 {
			return end
		}
		end = next
	}
}

// trim cuts white space off both ends.
func trim(cell []byte) []byte {
	for len(cell) > 0 && cell[len(cell)-1] <= ' ' {
		cell = cell[:len(cell)-1]
	}
	for len(cell) > 0 && cell[0] <= ' ' {
		cell = cell[1:]
	}
	if len(cell) > 0 && (cell[0] >= utf8.RuneSelf || cell[len(cell)-1] >= utf8.RuneSelf) {
		cell = bytes.TrimSpace(cell)
	}
	return cell
}

// FirstLine returns the first line of a text, shortened.
func FirstLine(d []byte) string {
	line, _, _ := bytes.Cut(d[:min(len(d), 100)], []byte("\n"))
	return string(bytes.TrimRight(line, "\r"))
}
