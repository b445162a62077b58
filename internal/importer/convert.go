package importer

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"iter"
	"math"
	"slices"

	"github.com/cespare/xxhash/v2"

	"mlpipeline/internal/csv"
	"mlpipeline/internal/dataset"
	"mlpipeline/internal/ordered"
	"mlpipeline/internal/times"
)

// Decide says what the columns of the tables are, those of one name together.
func Decide(tables []*Table, opt *Options) error {
	byName, shapes := map[string]*Column{}, map[string]*shape{}
	if err := checkNames(tables, opt); err != nil {
		return err
	}
	for _, t := range tables {
		if err := t.decideTime(); err != nil {
			return err
		}
		t.formats = make([]format, len(t.Header))
		for j, name := range t.Header {
			if byName[name] == nil {
				byName[name], shapes[name] = new(Column), new(shape)
			}
			byName[name].Merge(t.Columns[j], levelsOf(len(t.Header)))
			var s shape
			t.formats[j], s = t.Columns[j].shape(name, t.Columns, t.Delimiter, opt)
			shapes[name].merge(s)
		}
	}
	for _, t := range tables {
		for j, name := range t.Header {
			f := &t.formats[j]
			if t.Time != nil && slices.Contains(t.Time.columns, j) {
				*f = format{Kind: Time}
				continue
			}
			if err := byName[name].decide(f, name, *shapes[name], opt); err != nil {
				return fmt.Errorf("%s: %w", t.Name, err)
			}
			if f.Kind == Number && t.counts(j) {
				*f = format{Kind: Counter}
			}
			if f.Kind == Number {
				t.Columns[j].settle(f)
			}
			f.plain = f.Kind == Number && !f.comma && !f.strict && f.sentinel == [len(sentinels)]bool{} &&
				len(opt.Missing) == 0
		}
		t.noteUnread()
		t.noteOthers()
	}
	return nil
}

// checkNames reports a column that a flag names and that is not there: in each
// source, or in any.
func checkNames(tables []*Table, opt *Options) error {
	for _, flag := range []struct {
		name    string
		columns []string
		each    bool
	}{{"target", []string{opt.Target}, true}, {"by", []string{opt.By}, true}, {"split-key", []string{opt.SplitKey}, true},
		{"category", opt.Category, false}, {"number", opt.Number, false}, {"drop", opt.Drop, false}} {
		for _, column := range flag.columns {
			var missing error
			found := column == ""
			for _, t := range tables {
				if _, err := t.find(flag.name, column); err == nil {
					found = true
				} else {
					missing = cmp.Or(missing, err)
				}
			}
			if missing != nil && column != "" && (flag.each || !found) {
				return missing
			}
		}
	}
	return nil
}

// Names returns the names of the columns that are written: the time, then the
// others in the order of the source.
func (t *Table) Names() (names []string) {
	if t.Time != nil {
		names = append(names, t.Time.Name)
	}
	for j, f := range t.formats {
		if f.Kind == Number || f.Kind == Category {
			names = append(names, t.Header[j])
		}
	}
	return names
}

// Kind returns what a column is.
func (t *Table) Kind(j int) Kind { return t.formats[j].Kind }

// Row is a converted row: a line of a chunk.
type Row struct {
	Group string       // its value of Options.By
	Time  dataset.Time // NoTime without a time column
	Hash  uint64       // of its cells, or of that of Options.SplitKey
	Whole uint64       // hash of all that the source has
	Line  []byte       // of CSV, with its newline

	later dataset.Time // by how much, if its hour is the second of that name
}

// Reject is a cell that was set missing, or whose row was left out, since it is not
// what the column is: a number, a time.
type Reject struct {
	Line          int64
	Column, Value string
	Reason        string
}

// Chunk is a run of converted rows.
type Chunk struct {
	Rows    []Row
	Bytes   int // of the source
	Rejects []Reject
	NoTime  int64 // rows that were left out: without a time
	NoGroup int64 // without a value of Options.By
	Blank   int64 // with nothing in any cell that is kept

	packed []byte           // the rows in order, if they are sorted
	groups map[string]int64 // and how many each group has
}

// Chunks converts the rows, in the order of the source.
func (t *Table) Chunks(ctx context.Context, workers int) iter.Seq2[*Chunk, error] {
	return func(yield func(*Chunk, error) bool) {
		var hash uint64
		c := &converter{t: t, reader: newReader(t.opt)}
		c.iso = t.Time != nil && t.Time.layout.Name == times.Layouts()[0].Name && !t.Time.inParts()
		hours := hourTwice{}
		c.by, c.key = slices.Index(t.Header, t.opt.By), slices.Index(t.Header, t.opt.SplitKey)
		for part, err := range ordered.Map(ctx, workers, t.blocks(&hash), c.convert) {
			if err == nil && t.opt.Zone != nil {
				hours.settle(part)
			}
			if !yield(part, err) || err != nil {
				return
			}
		}
		if hash != t.Hash {
			yield(nil, fmt.Errorf("%s: the file changed while it was read; run this again when it is complete", t.Name))
		}
	}
}

// converter makes chunks of blocks.
type converter struct {
	t *Table
	reader
	by, key int  // columns, −1 for none
	iso     bool // times are ISO 8601
}

// lines are the rows of a block on their way into a chunk.
type lines struct {
	*converter
	out     *Chunk
	text    []byte // of the rows' lines
	ends    []int  // in it
	days    csv.MonthCache
	zone    times.Local
	written []byte // of a time
	values  []byte // of a row without one
}

// convert makes a chunk of a block.
func (c *converter) convert(b *block) (*Chunk, error) {
	n := bytes.Count(b.data, []byte("\n"))
	l := &lines{converter: c, out: &Chunk{Bytes: len(b.data), Rows: make([]Row, 0, n)}, ends: make([]int, 0, n),
		text: make([]byte, 0, len(b.data)+len(b.data)/4), zone: times.Local{Zone: c.t.opt.Zone}}
	err := c.t.each(c.t.Name, b, l.add)
	l.out.Blank += b.blank
	from := 0
	for i, to := range l.ends { // now that the memory stays where it is
		l.out.Rows[i].Line = l.text[from:to:to]
		from = to
	}
	return l.out, err
}

// add converts a row.
func (l *lines) add(cells [][]byte, raw []byte, line int64) error {
	row := Row{Time: dataset.NoTime, Whole: xxhash.Sum64(raw)}
	start := len(l.text)
	if l.t.Time != nil {
		if !l.time(&row, cells, line) {
			l.out.NoTime++
			return nil
		}
		l.text = append(row.Time.Append(l.text), ',')
	}
	if l.by >= 0 {
		if row.Group = string(cells[l.by]); isMissing(row.Group) {
			l.text = l.text[:start]
			l.out.NoGroup++
			return nil
		}
	}
	filled := l.t.Time != nil
	l.values = l.values[:0]
	for j := range l.t.formats {
		f := &l.t.formats[j]
		if f.Kind != Number && f.Kind != Category {
			continue
		}
		before := len(l.text)
		text, bad := l.cell(l.text, f, cells[j])
		if bad {
			l.out.Rejects = append(l.out.Rejects, Reject{line, l.t.Header[j], string(cells[j]), "not a number"})
		}
		filled = filled || len(text) > before
		if l.t.Time == nil {
			l.values = appendValue(l.values, f, text[before:])
		}
		l.text = append(text, ',')
	}
	if !filled {
		l.text = l.text[:start]
		l.out.Blank++
		return nil
	}
	l.text[len(l.text)-1] = '\n'
	if row.Hash = xxhash.Sum64(l.values); l.key >= 0 {
		row.Hash = xxhash.Sum64(cells[l.key])
	}
	l.out.Rows, l.ends = append(l.out.Rows, row), append(l.ends, len(l.text))
	return nil
}

// time reads the time of a row, if it has one.
func (l *lines) time(row *Row, cells [][]byte, line int64) bool {
	w := l.t.Time
	l.written = w.text(l.written[:0], cells, &l.reader)
	if len(l.written) == 0 {
		return false
	}
	at, ok := times.FastISO(&l.days, l.written)
	r := times.Reading{Time: at, Zoned: len(l.written) > len("2006-01-02")}
	if !ok || !l.iso {
		if r, ok = w.read(l.written, cells); !ok {
			l.out.Rejects = append(l.out.Rejects, Reject{line, w.Name, string(l.written), "not a time"})
			return false
		}
	}
	if row.Time = r.Time; !r.Zoned && l.zone.Zone != nil {
		if row.Time, row.later, ok = l.zone.UTC(r.Time); !ok {
			l.out.Rejects = append(l.out.Rejects, Reject{line, w.Name, string(l.written), "a time that clocks in " +
				l.zone.Zone.String() + " skip"})
			return false
		}
	}
	return true
}

// cell appends a cell as it is written, nothing if it is missing or bad: not what the
// column is.
func (c *converter) cell(dst []byte, f *format, cell []byte) (text []byte, bad bool) {
	if f.plain && cap(cell) >= len(cell)+csv.Padding {
		if _, end, ok := csv.ShortNumber(cell[:len(cell)+csv.Padding], 0); ok && end == len(cell) {
			return append(dst, cell...), false
		}
	}
	if f.Kind == Category {
		switch {
		case isMissing(cell) || c.named[string(cell)]:
			return dst, false
		case f.fold:
			cell = bytes.ToLower(cell)
		}
		return csv.AppendField(dst, cell), false
	}
	n, m := c.read(cell)
	switch {
	case m == word, m == mark && !f.marks:
		return dst, true
	case m != value:
		return dst, false
	}
	v, ok := f.takes(&n)
	switch {
	case !ok:
		return dst, true
	case slices.Contains(c.numbers, v), f.isSentinel(v):
		return dst, false
	case n.plain && (n.whole || !f.comma):
		return append(dst, cell...), false
	}
	return n.append(dst, f.comma), false
}

// appendValue appends what a written cell counts in the hash of its row: a number by
// its value, however it is written.
func appendValue(dst []byte, f *format, cell []byte) []byte {
	if f.Kind != Number {
		return append(append(dst, cell...), 0)
	}
	return binary.LittleEndian.AppendUint64(dst, math.Float64bits(csv.Number(cell)+0)) // + 0: −0 is 0
}

func (f *format) isSentinel(v float64) bool {
	i := slices.Index(sentinels[:], v)
	return i >= 0 && f.sentinel[i]
}
