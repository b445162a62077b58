package importer

import (
	"bytes"
	"fmt"
	"io"
	"iter"
	"slices"

	"github.com/cespare/xxhash/v2"

	"mlpipeline/internal/table"
)

const (
	blockSize  = 256 << 10
	maxRecord  = 1 << 20
	maxColumns = 10000
)

// block is a run of whole records. Behind them there is room for table.Padding
// bytes.
type block struct {
	data  []byte // ends in a newline
	line  int64  // of the first record
	blank int64  // rows of empty cells, found by each
	foot  foot
}

// foot are remarks behind the last row: lines of too few cells, the first of which is no
// number and no time. The first remark has one cell, and a blank in it or an empty line
// before it: a word alone may be a row that is cut.
type foot struct {
	example
	n int64
}

const mostFoot = 10 // lines

// blocks cuts the rows of the source. hash takes in all of them.
func (s *Source) blocks(d *Dialect, hash *xxhash.Digest) iter.Seq2[*block, error] {
	return func(yield func(*block, error) bool) {
		r, err := s.open()
		if err == nil {
			defer r.Close()
			_, err = io.CopyN(io.Discard, r, d.offset)
		}
		if err != nil {
			yield(nil, fmt.Errorf("%s: %w", s.Name, err))
			return
		}
		l := lexer{grammar: d.grammar}
		var rest []byte
		line := d.line
		for more := true; more || len(rest) > 0; {
			size := blockSize
			b := append(make([]byte, 0, size+1+table.Padding), rest...)
			end := 0
			for end == 0 {
				var n int
				b = slices.Grow(b, size+1+table.Padding-len(b))
				n, err = io.ReadFull(r, b[len(b):max(size, len(b))])
				_, _ = hash.Write(b[len(b) : len(b)+n])
				b = b[:len(b)+n]
				if more = err == nil; !more && err != io.EOF && err != io.ErrUnexpectedEOF {
					yield(nil, fmt.Errorf("%s: %w", s.Name, err))
					return
				}
				if len(b) == 0 {
					return
				}
				if end = l.wholeRecords(b); !more {
					if b[len(b)-1] != '\n' {
						b = append(b, '\n')
					}
					end = len(b)
				}
				if size *= 2; end == 0 && len(b) > maxRecord {
					end = len(b) // too long, as the parser will tell
				}
			}
			rest = append(rest[:0], b[end:]...)
			if !yield(&block{data: b[:end:cap(b)], line: line}, nil) {
				return
			}
			line += int64(bytes.Count(b[:end], []byte("\n")))
		}
	}
}

// each calls f with the cells of every row of a block, its text, and its line.
func (d *Dialect) each(name string, b *block, f func(cells [][]byte, text []byte, line int64) error) error {
	l := lexer{grammar: d.grammar}
	line := b.line
	gap := false // the line before is empty
	for i := 0; i < len(b.data); {
		var next int
		if blank(b.data, i) {
			next, gap = i+1+bytes.IndexByte(b.data[i:], '\n'), true
		} else {
			var bad *lexError
			if next, bad = l.record(b.data, i); bad != nil {
				if bad.open && len(b.data)-i > maxRecord {
					bad.what = fmt.Sprintf("a quote is opened here and not closed within %d KiB", maxRecord>>10)
				}
				at := line + int64(bytes.Count(b.data[i:bad.at], []byte("\n")))
				return fmt.Errorf("%s:%d: column %q: %s", name, at, d.Header[min(bad.cell, len(d.Header)-1)], bad.what)
			}
			if next < 0 || next-i > maxRecord {
				return tooLong(name, line)
			}
			empty := !slices.ContainsFunc(l.cells, func(c []byte) bool { return len(c) > 0 })
			switch n := len(l.cells); {
			case empty && (n == 1 || n == len(d.Header)):
				b.blank++
			case n < len(d.Header) && b.foot.n < mostFoot && !isTyped(string(l.cells[0])) &&
				(b.foot.n > 0 || n == 1 && (gap || bytes.ContainsAny(l.cells[0], " \x1a"))):
				b.foot.see(l.cells[0], line)
				b.foot.n++
			case b.foot.n > 0:
				return d.ragged(name, b.foot.Line, 1)
			case n != len(d.Header):
				return d.ragged(name, line, n)
			default:
				if err := f(l.cells, b.data[i:next], line); err != nil {
					return err
				}
			}
			gap = empty
		}
		line += int64(bytes.Count(b.data[i:next], []byte("\n")))
		i = next
	}
	return nil
}

func tooLong(name string, line int64) error {
	return fmt.Errorf("%s:%d: this row is longer than %d KiB; is it a CSV file?", name, line,
		maxRecord>>10)
}

func (d *Dialect) ragged(name string, line int64, cells int) error {
	return fmt.Errorf("%s:%d: %d cells where the header has %d (delimiter %q); mend this row, or say how the file is "+
		"written with -delimiter or -skip", name, line, cells, len(d.Header), d.Delimiter)
}
