package table

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/cespare/xxhash/v2"

	"mlpipeline/internal/cli"
	"mlpipeline/internal/csv"
)

// layout says where in the rows of one file the wanted columns are.
type layout struct {
	file  *File
	timed bool
	slot  []int  // per column of the file: index into Block.Cols, or one of those below
	ends  []byte // and what its cells end with: a comma, or the newline of the last one
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
	l := &layout{file: f, timed: timeColumn != "", slot: make([]int, len(f.Header)), absent: -1,
		ends: append(bytes.Repeat([]byte{','}, len(f.Header)-1), '\n')}
	index := make(map[string]int, len(f.Header))
	for i, name := range f.Header {
		l.slot[i], index[name] = skipSlot, i
	}
	var err error // of the first column that is not there
	find := func(name string) int {
		i, ok := index[name]
		switch {
		case ok || err != nil:
		case len(f.Header) == 1 && strings.ContainsAny(f.Header[0], ";\t|"):
			err = fmt.Errorf("%s:%d: %w %q, but a header of one cell, %q; data_creation -import reads "+
				"other delimiters than a comma", f.Path, f.Line, ErrNoColumn, name, csv.Clip(f.Header[0]))
		default:
			err = fmt.Errorf("%s:%d: %w %q; %s", f.Path, f.Line, ErrNoColumn, name,
				Meant(name, f.Header, "the header has"))
		}
		return i
	}
	if timeColumn != "" {
		l.slot[find(timeColumn)] = timeSlot
	}
	for j, name := range columns {
		if _, has := index[name]; !has && name == optional {
			l.absent = j
		} else {
			l.slot[find(name)] = j
		}
	}
	for k, name := range categories {
		l.slot[find(name)] = categorySlot - k
	}
	for _, name := range texts {
		l.texts = append(l.texts, find(name))
	}
	for _, name := range slices.Concat(columns, categories) {
		l.factor = append(l.factor, xxhash.Sum64String(name)|1)
	}
	return l, err
}

// ErrNoColumn says that a file lacks a column.
var ErrNoColumn = errors.New("there is no column")

// Meant asks whether a mistyped name is meant for one that is near; where none is, it
// says which names there are.
func Meant(name string, names []string, all string) string {
	if near := cli.Nearest(name, names); len(near) > 0 {
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
		b = fmt.Appendf(b, "%q", csv.Clip(name))
	}
	return string(b)
}
