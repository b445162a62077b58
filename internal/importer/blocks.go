package importer

import (
	"bytes"
	"fmt"
	"io"
	"iter"
	"slices"

	"mlpipeline/internal/csv"
)

// block is a run of whole records. Behind them there is room for csv.Padding
// bytes.
type block struct {
	data  []byte // ends in a newline, with csv.Padding after it
	line  int64  // of the first record
	blank int64  // rows of empty cells, found by each
	foot  foot
}

// foot are remarks after the last row: lines of too few cells, the first of which is no
// number and no time. The first remark has one cell, and a blank in it or an empty line
// before it: a word alone may be a row that is cut.
type foot struct {
	example
	n int64
}

const mostFoot = 10 // lines

// blocks cuts the rows of the source. sum is set at the end to the hash of all of them.
func (t *Table) blocks(sum *uint64) iter.Seq2[*block, error] {
	return func(yield func(*block, error) bool) {
		l := csv.Lexer{Grammar: t.Grammar}
		c := csv.NewCutter(t.Part(t.offset, t.end), t.line, l.Whole)
		var err error
		for err == nil {
			b := &block{line: c.Line}
			if b.data, _, err = c.Next(nil); err == io.EOF {
				*sum = c.Sum()
				return
			}
			if (err == nil || err == csv.ErrLong) && !yield(b, nil) { // the parser will tell of the long one
				return
			}
		}
		yield(nil, fmt.Errorf("%s: %w", t.Name, err))
	}
}

// each calls f with the cells of every row of a block, its text, and its line.
func (d *Dialect) each(name string, b *block, f func(cells [][]byte, text []byte, line int64) error) error {
	l := csv.Lexer{Grammar: d.Grammar}
	line := b.line
	gap := false // the line before is empty
	for i := 0; i < len(b.data); {
		next, bad := l.Record(b.data, i)
		if bad != nil {
			return d.broken(name, b.data[i:], line, i, bad)
		}
		if next < 0 || next-i > csv.MaxRecord {
			return tooLong(name, line)
		}
		for n := len(l.Cells); n > len(d.Header) && len(l.Cells[n-1]) == 0; n-- { // a delimiter ends the row
			l.Cells = l.Cells[:n-1]
		}
		empty := !slices.ContainsFunc(l.Cells, func(c []byte) bool { return len(c) > 0 })
		switch n := len(l.Cells); {
		case n == 0: // an empty line
		case empty && (n == 1 || n == len(d.Header)):
			b.blank++
		case n < len(d.Header) && b.foot.n < mostFoot && !isTyped(string(l.Cells[0])) &&
			(b.foot.n > 0 || n == 1 && (gap || bytes.ContainsAny(l.Cells[0], " \x1a"))):
			b.foot.see(l.Cells[0], line)
			b.foot.n++
		case b.foot.n > 0:
			return d.ragged(name, b.foot.Line, 1)
		case n != len(d.Header):
			return d.ragged(name, line, n)
		default:
			if err := f(l.Cells, b.data[i:next], line); err != nil {
				return err
			}
		}
		gap = empty
		line += int64(bytes.Count(b.data[i:next], []byte("\n")))
		i = next
	}
	return nil
}

// broken says what is wrong in text, in a record that begins in the given line, at data[i].
func (d *Dialect) broken(name string, text []byte, line int64, i int, bad *csv.LexError) error {
	if bad.Open && len(text) >= csv.MaxRecord {
		bad.What = fmt.Sprintf("a quote is opened here and not closed within %d KiB", csv.MaxRecord>>10)
	}
	line += int64(bytes.Count(text[:bad.At-i], []byte("\n")))
	return fmt.Errorf("%s:%d: column %q: %s", name, line, d.Header[min(bad.Cell, len(d.Header)-1)], bad.What)
}

func tooLong(name string, line int64) error {
	return fmt.Errorf("%s:%d: this row is longer than %d KiB; is it a CSV file?", name, line,
		csv.MaxRecord>>10)
}

func (d *Dialect) ragged(name string, line int64, cells int) error {
	return fmt.Errorf("%s:%d: %d cells where the header has %d (delimiter %q); mend this row, or say how the file is "+
		"written with -delimiter or -skip", name, line, cells, len(d.Header), d.Delimiter)
}
