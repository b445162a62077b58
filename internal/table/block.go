package table

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"

	"mlpipeline/internal/dataset"
)

// Block is a run of whole rows of one file, parsed. It belongs to the scan and
// is valid only during the call that it is handed to.
type Block struct {
	File  int // index of the file in the scan
	Row   int64
	Rows  int
	Times []dataset.Time // never going back; empty without a time column
	Cols  [][]float64    // as Scan.Columns; NaN is a missing reading

	data   []byte // the rows as written; ends in a newline once parsed
	line   int64  // line of the file on which data begins
	layout *layout
}

// layout says where in the rows of one file the wanted columns are.
type layout struct {
	file *File
	slot []int // per column of the file: index into Block.Cols, timeSlot or skipSlot
}

const (
	skipSlot = -1
	timeSlot = -2
)

func newLayout(f *File, timeColumn string, columns []string) (*layout, error) {
	l := &layout{file: f, slot: make([]int, len(f.Header))}
	index := make(map[string]int, len(f.Header))
	for i, name := range f.Header {
		l.slot[i], index[name] = skipSlot, i
	}
	want := func(name string, slot int) error {
		i, ok := index[name]
		if !ok {
			return fmt.Errorf("%s:1: there is no column %q; the header has %s", f.Path, name, Quote(f.Header))
		}
		l.slot[i] = slot
		return nil
	}
	if timeColumn != "" {
		if err := want(timeColumn, timeSlot); err != nil {
			return nil, err
		}
	}
	for j, name := range columns {
		if err := want(name, j); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// Quote writes strings for a message, shortened where they are long or many.
func Quote(names []string) string {
	var b []byte
	for i, name := range names {
		if i == 20 {
			return string(b) + " …"
		}
		if i > 0 {
			b = append(b, ", "...)
		}
		b = fmt.Appendf(b, "%q", clip(name))
	}
	return string(b)
}

// parse reads b.data into b.Times and b.Cols.
func (b *Block) parse() error {
	b.Rows, b.Times = 0, b.Times[:0]
	for j := range b.Cols {
		b.Cols[j] = b.Cols[j][:0]
	}
	if n := len(b.data); n > 0 && b.data[n-1] != '\n' {
		b.data = append(b.data, '\n')
	}
	if bytes.IndexByte(b.data, '"') >= 0 {
		return b.parseQuoted()
	}
	for i := 0; i < len(b.data); {
		end, err := b.parseRow(i)
		if err != nil {
			return err
		}
		i = end
	}
	return nil
}

// parseRow reads the unquoted row that begins at b.data[i] and returns where
// the next one begins. An empty line is no row.
func (b *Block) parseRow(i int) (next int, err error) {
	d := b.data
	if d[i] == '\n' {
		return i + 1, nil
	}
	if d[i] == '\r' && d[i+1] == '\n' {
		return i + 2, nil
	}
	for col, slot := range b.layout.slot {
		start := i
		if slot >= 0 {
			v, end, ok := shortNumber(d, i)
			if d[end] == '\r' && d[end+1] == '\n' {
				end++
			}
			if c := d[end]; ok && (c == ',' || c == '\n') {
				b.Cols[slot] = append(b.Cols[slot], v)
				i = end
			} else {
				i = cellEnd(d, end)
				if err := b.number(slot, trimCR(d, start, i)); err != nil {
					return 0, b.errorAt(start, col, err)
				}
			}
		} else {
			i = cellEnd(d, i)
			if slot == timeSlot {
				if err := b.time(trimCR(d, start, i)); err != nil {
					return 0, b.errorAt(start, col, err)
				}
			}
		}
		if last := col == len(b.layout.slot)-1; last != (d[i] == '\n') {
			return 0, b.ragged(start, bytes.Count(d[rowStart(d, start):rowEnd(d, start)], []byte(","))+1)
		}
		i++
	}
	b.Rows++
	return i, nil
}

// cellEnd returns the index of the comma or newline at or after d[i].
func cellEnd(d []byte, i int) int {
	for d[i] != ',' && d[i] != '\n' {
		i++
	}
	return i
}

// trimCR returns the cell d[start:end] without the CR of a CRLF.
func trimCR(d []byte, start, end int) []byte {
	if d[end] == '\n' && end > start && d[end-1] == '\r' {
		end--
	}
	return d[start:end]
}

func rowStart(d []byte, i int) int { return bytes.LastIndexByte(d[:i], '\n') + 1 }
func rowEnd(d []byte, i int) int   { return i + bytes.IndexByte(d[i:], '\n') }

// number appends one cell to a numeric column.
func (b *Block) number(slot int, cell []byte) error {
	if missing(cell) {
		b.Cols[slot] = append(b.Cols[slot], math.NaN())
		return nil
	}
	v, err := ParseNumber(cell)
	b.Cols[slot] = append(b.Cols[slot], v)
	return err
}

// time appends one cell to the time column.
func (b *Block) time(cell []byte) error {
	t, ok := shortTime(cell)
	if !ok {
		if missing(cell) {
			return errors.New("the timestamp is missing")
		}
		var err error
		if t, err = dataset.ParseTime(string(cell)); err != nil {
			return fmt.Errorf("unreadable timestamp: %w", err)
		}
	}
	if n := len(b.Times); n > 0 && t < b.Times[n-1] {
		return goesBack(t, b.Times[n-1])
	}
	b.Times = append(b.Times, t)
	return nil
}

func goesBack(t, before dataset.Time) error {
	return fmt.Errorf("time goes back from %s to %s; data_creation -import sorts a file", before, t)
}

// parseQuoted is parse for a block that has a quote in it.
func (b *Block) parseQuoted() error {
	r := csv.NewReader(bytes.NewReader(b.data))
	r.ReuseRecord = true
	r.FieldsPerRecord = -1
	for {
		rec, err := r.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			var p *csv.ParseError
			line := b.line
			if errors.As(err, &p) {
				line += int64(p.Line) - 1
			}
			return fmt.Errorf("%s:%d: %w", b.layout.file.Path, line, csvError(err))
		}
		if len(rec) != len(b.layout.slot) {
			line, _ := r.FieldPos(0)
			return b.raggedOn(b.line+int64(line)-1, len(rec))
		}
		for col, slot := range b.layout.slot {
			err = nil
			if slot >= 0 {
				err = b.number(slot, []byte(rec[col]))
			} else if slot == timeSlot {
				err = b.time([]byte(rec[col]))
			}
			if err != nil {
				line, _ := r.FieldPos(col)
				return b.errorOn(b.line+int64(line)-1, b.layout.file.Header[col], err)
			}
		}
		b.Rows++
	}
}

func (b *Block) errorAt(i, col int, err error) error {
	return b.errorOn(b.lineAt(i), b.layout.file.Header[col], err)
}

func (b *Block) lineAt(i int) int64 {
	return b.line + int64(bytes.Count(b.data[:i], []byte("\n")))
}

func (b *Block) errorOn(line int64, column string, err error) error {
	return fmt.Errorf("%s:%d: column %q: %w", b.layout.file.Path, line, column, err)
}

func (b *Block) ragged(i, cells int) error { return b.raggedOn(b.lineAt(i), cells) }

func (b *Block) raggedOn(line int64, cells int) error {
	plural := "s"
	if cells == 1 {
		plural = ""
	}
	return fmt.Errorf("%s:%d: %d cell%s where the header has %d", b.layout.file.Path, line, cells, plural, len(b.layout.slot))
}

// Errorf returns an error about one cell, with its file, line and column.
func (b *Block) Errorf(row int, column, format string, args ...any) error {
	r := csv.NewReader(bytes.NewReader(b.data))
	r.ReuseRecord = true
	r.FieldsPerRecord = -1
	line := 1
	for i := 0; i <= row; i++ {
		if _, err := r.Read(); err != nil {
			break
		}
		line, _ = r.FieldPos(0)
	}
	return b.errorOn(b.line+int64(line)-1, column, fmt.Errorf(format, args...))
}
