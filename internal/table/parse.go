package table

import (
	"bytes"
	strict "encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"mlpipeline/internal/csv"
	"mlpipeline/internal/dataset"
)

// Parse reads what was cut into b.Times, b.Cols and b.Cats.
func (b *Block) Parse() error {
	b.Rows, b.Gaps = 0, 0
	most := b.newlines + 1
	for j := range b.Cols {
		b.Cols[j] = resize(b.Cols[j], most)
	}
	for k := range b.Cats {
		b.Cats[k].reset(most)
	}
	if b.layout.timed {
		b.Times = resize(b.Times, most)
	}
	var err error
	if bytes.IndexByte(b.data, '"') >= 0 {
		err = b.parseQuoted()
	} else {
		err = b.parsePlain()
	}
	for j := range b.Cols {
		b.Cols[j] = b.Cols[j][:b.Rows]
	}
	for k := range b.Cats {
		c := &b.Cats[k]
		c.Codes = c.Codes[:b.Rows]
		b.Gaps += c.gaps()
	}
	if b.layout.timed {
		b.Times = b.Times[:b.Rows]
	}
	if b.layout.absent >= 0 {
		for i := range b.Rows {
			b.Cols[b.layout.absent][i] = math.NaN()
		}
		b.Gaps += b.Rows
	}
	b.sample()
	if err != nil || len(b.layout.texts) == 0 {
		return err
	}
	return b.parseTexts()
}

// parseTexts reads b.data, which is parsed, once more: into b.Texts.
func (b *Block) parseTexts() error {
	b.Texts = make([][]string, len(b.layout.texts))
	r := reader(b.data)
	for range b.Rows {
		rec, err := r.Read()
		if err != nil {
			return fmt.Errorf("%s: %w", b.layout.file.Path, csvError(err))
		}
		for k, i := range b.layout.texts {
			b.Texts[k] = append(b.Texts[k], rec[i])
		}
	}
	return nil
}

func resize[T any](s []T, n int) []T { return slices.Grow(s[:0], n)[:n] }

// parsePlain is parse for a block without quotes. An empty line is no row.
func (b *Block) parsePlain() error {
	n := len(b.data)
	b.data = slices.Grow(b.data, csv.Padding)
	d := b.data[:n+csv.Padding]
	slots, ends := b.layout.slot, b.layout.ends
	numeric := b.numeric()
	// What changes with every row is kept off the block, which may share a cache
	// line with one that another core works on.
	row, times, months := 0, b.Times, csv.MonthCache{}
	defer func() { b.Rows = row }()
	for i := 0; i < n; {
		if csv.Blank(d, i) { // a CR, then its LF
			i++
			continue
		}
		for col := 0; col < len(slots); col++ {
			if numeric[col] != nil {
				var plain int
				plain, i = csv.Numbers(d, i, row, numeric[col:], ends[col:])
				if col += plain; col == len(slots) {
					break
				}
			}
			slot, end, ok := slots[col], i, true
			switch {
			case slot >= 0:
				numeric[col][row], end, ok = csv.ShortNumber(d, i)
			case slot == timeSlot:
				times[row], end, ok = months.ShortTime(d, i)
				ok = ok && (row == 0 || times[row] >= times[row-1])
			case slot == skipSlot:
				end = cellEnd(d, i)
			default:
				c := &b.Cats[categorySlot-slot]
				c.Codes[row], end, ok = c.read(d, i)
			}
			if d[end] == '\r' && d[end+1] == '\n' {
				end++
			}
			if c := d[end]; !ok || c != ',' && c != '\n' {
				end = cellEnd(d, i)
				b.Rows = row
				if err := b.cell(slot, trimCR(d, i, end)); err != nil {
					return b.errorOn(b.lineAt(i), b.layout.file.Header[col], err)
				}
			}
			if d[end] != ends[col] {
				text := d[bytes.LastIndexByte(d[:i], '\n')+1 : i+bytes.IndexByte(d[i:], '\n')]
				return b.ragged(b.lineAt(i), bytes.Count(text, []byte(","))+1)
			}
			i = end + 1
		}
		row++
	}
	return nil
}

// numeric returns where the numbers go, by the columns of the file; nil if elsewhere.
func (b *Block) numeric() [][]float64 {
	numeric := make([][]float64, len(b.layout.slot))
	for col, slot := range b.layout.slot {
		if slot >= 0 {
			numeric[col] = b.Cols[slot]
		}
	}
	return numeric
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

// cell reads one cell of the row b.Rows, however it is written.
func (b *Block) cell(slot int, cell []byte) (err error) {
	switch {
	case slot >= 0 && csv.Missing(cell):
		b.Cols[slot][b.Rows] = math.NaN()
		b.Gaps++
	case slot >= 0:
		if b.Cols[slot][b.Rows], err = csv.ParseNumber(cell); err != nil && !errors.Is(err, csv.ErrNotFinite) {
			return fmt.Errorf("%w; data_creation -import cleans a file", err)
		}
	case slot <= categorySlot:
		c := &b.Cats[categorySlot-slot]
		c.Codes[b.Rows], err = c.code(cell)
	case slot == timeSlot && csv.Missing(cell):
		return errors.New("the timestamp is missing")
	case slot == timeSlot:
		if b.Times[b.Rows], err = dataset.ParseTime(string(cell)); err != nil {
			return fmt.Errorf("unreadable timestamp: %w; data_creation -import reads other forms", err)
		}
		if b.Rows > 0 && b.Times[b.Rows] < b.Times[b.Rows-1] {
			return goesBack(b.Times[b.Rows], b.Times[b.Rows-1])
		}
	}
	return err
}

func goesBack(t, before dataset.Time) error {
	return fmt.Errorf("time goes back from %s to %s; data_creation -import sorts a file", before, t)
}

// parseQuoted is parse for a block that has a quote in it.
func (b *Block) parseQuoted() error {
	r := reader(b.data)
	for {
		rec, err := r.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			line := b.line
			if p, ok := errors.AsType[*strict.ParseError](err); ok {
				line += int64(p.Line) - 1
				if open := openQuote(b.data); p.Err == strict.ErrQuote && open >= 0 && p.Line >= bytes.Count(b.data, []byte("\n")) {
					return fmt.Errorf("%s:%d: a quote is opened here and never closed", b.layout.file.Path, b.lineAt(open))
				}
			}
			return fmt.Errorf("%s:%d: %w", b.layout.file.Path, line, csvError(err))
		}
		if len(rec) != len(b.layout.slot) {
			line, _ := r.FieldPos(0)
			return b.ragged(b.line+int64(line)-1, len(rec))
		}
		for col, slot := range b.layout.slot {
			if err := b.cell(slot, []byte(rec[col])); err != nil {
				line, _ := r.FieldPos(col)
				return b.errorOn(b.line+int64(line)-1, b.layout.file.Header[col], err)
			}
		}
		b.Rows++
	}
}

// lastRecordEnd returns the end of the last whole row of b, which begins
// outside quotes, or 0.
func lastRecordEnd(b []byte) int {
	if bytes.IndexByte(b, '"') < 0 {
		return bytes.LastIndexByte(b, '\n') + 1
	}
	end, quoted := 0, false
	for i, c := range b {
		switch {
		case c == '"':
			quoted = !quoted
		case c == '\n' && !quoted:
			end = i + 1
		}
	}
	return end
}

// openQuote returns where the quote is that is open at the end of b, −1 for none.
func openQuote(b []byte) int {
	open := -1
	for i := 0; i < len(b); i++ {
		switch {
		case b[i] != '"':
		case open < 0:
			open = i
		case i+1 < len(b) && b[i+1] == '"':
			i++
		default:
			open = -1
		}
	}
	return open
}
