package table

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/cespare/xxhash/v2"

	"mlpipeline/internal/dataset"
	"mlpipeline/internal/nearest"
)

// Block is a run of whole rows of one file, parsed. It belongs to the scan and
// is valid only during the call that it is handed to.
type Block struct {
	File  int   // index of the file in the scan
	Row   int64 // row of the file, from 0, with which it begins
	Rows  int
	Times []dataset.Time // never going back; empty without a time column
	Cols  [][]float64    // as Scan.Columns; NaN is a missing reading
	Cats  []Category     // as Scan.Categories
	Gaps  int            // how many cells of Cols and Cats are missing
	Texts [][]string     // as Scan.Texts

	data     []byte // the rows as written; ends in a newline once parsed
	line     int64  // line of the file on which data begins
	newlines int    // in data, those in quotes too
	layout   *layout
	sketch   dataset.Sketch
	hashes   []uint64 // of the rows; memory of sample
}

// layout says where in the rows of one file the wanted columns are.
type layout struct {
	file  *File
	timed bool
	slot  []int // per column of the file: index into Block.Cols, or one of those below
	// factor, odd and random, is what a column of Block.Cols, then of Block.Cats,
	// counts in the hash of a row: it does not depend on their order.
	factor []uint64
	absent int   // index into Block.Cols of a column that the file lacks; −1 for none
	texts  []int // columns of the file
}

const (
	skipSlot     = -1
	timeSlot     = -2
	categorySlot = -3 // and below: less the index into Block.Cats
)

func newLayout(f *File, timeColumn string, columns, categories []string, optional string, texts []string) (*layout,
	error) {
	l := &layout{file: f, timed: timeColumn != "", slot: make([]int, len(f.Header)), absent: -1}
	index := make(map[string]int, len(f.Header))
	for i, name := range f.Header {
		l.slot[i], index[name] = skipSlot, i
	}
	find := func(name string) (int, error) {
		i, ok := index[name]
		if !ok {
			return 0, fmt.Errorf("%s:1: there is no column %q; %s", f.Path, name, Meant(name, f.Header, "the header has"))
		}
		return i, nil
	}
	want := func(name string, slot int) error {
		i, err := find(name)
		if err == nil {
			l.slot[i] = slot
		}
		return err
	}
	if timeColumn != "" {
		if err := want(timeColumn, timeSlot); err != nil {
			return nil, err
		}
	}
	for j, name := range columns {
		if _, has := index[name]; !has && name == optional {
			l.absent = j
		} else if err := want(name, j); err != nil {
			return nil, err
		}
		l.factor = append(l.factor, xxhash.Sum64String(name)|1)
	}
	for k, name := range categories {
		if err := want(name, categorySlot-k); err != nil {
			return nil, err
		}
		l.factor = append(l.factor, xxhash.Sum64String(name)|1)
	}
	for _, name := range texts {
		i, err := find(name)
		if err != nil {
			return nil, err
		}
		l.texts = append(l.texts, i)
	}
	return l, nil
}

// Meant asks whether a mistyped name is meant for one that is near; where none is, it
// says which names there are.
func Meant(name string, names []string, all string) string {
	if near := nearest.Names(name, names); len(near) > 0 {
		return "did you mean " + Quote(near) + "?"
	}
	return all + " " + Quote(names)
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

// parse reads b.data into b.Times, b.Cols and b.Cats.
func (b *Block) parse() error {
	b.Rows, b.Gaps = 0, 0
	if n := len(b.data); n > 0 && b.data[n-1] != '\n' {
		b.data = append(b.data, '\n')
	}
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
	r := csv.NewReader(bytes.NewReader(b.data))
	r.FieldsPerRecord = -1
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

func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n+n/8)[:n]
	}
	return s[:n]
}

// parsePlain is parse for a block without quotes. An empty line is no row.
func (b *Block) parsePlain() error {
	n := len(b.data)
	b.data = slices.Grow(b.data, padding)
	d := b.data[:n+padding]
	slots, cols, cats, times := b.layout.slot, b.Cols, b.Cats, b.Times
	// What changes with every row is kept off the block, which may share a cache
	// line with one that another core works on.
	row, days := 0, DayCache{}
	defer func() { b.Rows = row }()
	last := len(slots) - 1
	for i := 0; i < n; {
		if d[i] == '\n' {
			i++
			continue
		}
		if d[i] == '\r' && d[i+1] == '\n' {
			i += 2
			continue
		}
		for col, slot := range slots {
			end, ok := i, true
			switch {
			case slot >= 0:
				cols[slot][row], end, ok = ShortNumber(d, i)
			case slot == timeSlot:
				times[row], end, ok = days.ShortTime(d, i)
				ok = ok && (row == 0 || times[row] >= times[row-1])
			case slot == skipSlot:
				end = cellEnd(d, i)
			default:
				c := &cats[categorySlot-slot]
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
			if (col == last) != (d[end] == '\n') {
				text := d[rowStart(d, i):rowEnd(d, i)]
				return b.ragged(b.lineAt(i), bytes.Count(text, []byte(","))+1)
			}
			i = end + 1
		}
		row++
	}
	return nil
}

// sample makes the sketch of the block's rows, by hashes of their numbers, words
// and times. A row that repeats the one before, but for the time, or has no cell at
// all does not enter the sample: it says nothing of where it is from, since it
// rains nowhere and the night is dark everywhere.
func (b *Block) sample() {
	b.sketch = dataset.Sketch{Least: b.sketch.Least[:0]}
	b.hashes = resize(b.hashes, b.Rows)
	clear(b.hashes)
	empty := uint64(0) // hash of a row without any cell
	for j, col := range b.Cols {
		factor := b.layout.factor[j]
		empty += spread(math.Float64bits(math.NaN())) * factor
		hashes := b.hashes[:len(col)]
		for i, v := range col {
			hashes[i] += spread(math.Float64bits(v+0)) * factor // + 0: −0 is 0
		}
	}
	for k := range b.Cats {
		c := &b.Cats[k]
		words := c.hashes(b.layout.factor[len(b.Cols)+k])
		empty += words[0]
		hashes := b.hashes[:len(c.Codes)]
		for i, code := range c.Codes {
			hashes[i] += words[code]
		}
	}
	limit, before := b.sketch.Limit(), empty
	for i, hash := range b.hashes {
		telling := hash != before && hash != empty
		before = hash
		if b.layout.timed {
			hash += spread(uint64(b.Times[i])) * timeFactor
		}
		hash = (hash ^ hash>>32) * 0x9e3779b97f4a7c15 // 2⁶⁴/φ, odd
		hash ^= hash >> 29
		b.sketch.Sum += hash
		if !telling {
			continue
		}
		b.sketch.Rows++
		if hash < limit {
			b.sketch.Sample(hash)
			limit = b.sketch.Limit()
		}
	}
}

// spread brings the upper bits of a number, which are all that a small integer
// has in float64, down to where a product takes them up.
func spread(bits uint64) uint64 { return bits ^ bits>>47 }

const timeFactor = 0xd6e8feb86659fd93 // odd and random

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

// cell reads one cell of the row b.Rows, however it is written.
func (b *Block) cell(slot int, cell []byte) (err error) {
	switch {
	case slot >= 0 && missing(cell):
		b.Cols[slot][b.Rows] = math.NaN()
		b.Gaps++
	case slot >= 0:
		b.Cols[slot][b.Rows], err = ParseNumber(cell)
	case slot <= categorySlot:
		c := &b.Cats[categorySlot-slot]
		c.Codes[b.Rows], err = c.code(cell)
	case slot == timeSlot && missing(cell):
		return errors.New("the timestamp is missing")
	case slot == timeSlot:
		if b.Times[b.Rows], err = dataset.ParseTime(string(cell)); err != nil {
			return fmt.Errorf("unreadable timestamp: %w", err)
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

func (b *Block) lineAt(i int) int64 {
	return b.line + int64(bytes.Count(b.data[:i], []byte("\n")))
}

func (b *Block) errorOn(line int64, column string, err error) error {
	return fmt.Errorf("%s:%d: column %q: %w", b.layout.file.Path, line, column, err)
}

func (b *Block) ragged(line int64, cells int) error {
	plural := "s"
	if cells == 1 {
		plural = ""
	}
	return fmt.Errorf("%s:%d: %d cell%s where the header has %d", b.layout.file.Path, line, cells, plural,
		len(b.layout.slot))
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
