package csv

import (
	"bytes"
	"errors"
	"io"
	"slices"

	"github.com/cespare/xxhash/v2"
)

const (
	BlockSize  = 256 << 10 // bytes of a block; borders do not depend on workers
	MaxRecord  = 1 << 20   // the longest row, so that an open quote cannot fill the memory
	MaxColumns = 10000     // the widest table that is read

	BOM = "\xef\xbb\xbf" // that UTF-8 may begin with
)

// ErrLong says that a record is longer than MaxRecord.
var ErrLong = errors.New("a record is too long")

// Cutter cuts text into blocks of whole records and hashes all its bytes.
type Cutter struct {
	Line int64 // of the next record

	r     io.Reader
	whole func([]byte) int
	hash  *xxhash.Digest
	rest  []byte // begun, not yet whole records
	eof   bool
}

// NewCutter cuts what r holds, which begins in the given line. whole returns where the
// last record ends that is whole in a text.
func NewCutter(r io.Reader, line int64, whole func([]byte) int) *Cutter {
	return &Cutter{Line: line, r: r, whole: whole, hash: xxhash.New()}
}

// Begin takes in bytes that come before those that are read: the first ones are not cut.
func (c *Cutter) Begin(head []byte, first int) {
	_, _ = c.hash.Write(head)
	c.rest = append(c.rest, head[first:]...)
}

// Sum returns the hash of what was read.
func (c *Cutter) Sum() uint64 { return c.hash.Sum64() }

// Next returns the next block, which ends in a newline, in the memory of b where that is enough,
// and how many newlines it has. There is room for Padding bytes after it. With
// ErrLong it returns what there is of the record; io.EOF says that there are no more.
func (c *Cutter) Next(b []byte) (block []byte, newlines int, err error) {
	b = append(b[:0], c.rest...)
	c.rest = c.rest[:0]
	for size := BlockSize; ; size *= 2 {
		if b, err = c.read(b, size); err != nil {
			return b, 0, err
		}
		end := len(b)
		switch {
		case end == 0:
			return b, 0, io.EOF
		case !c.eof || end > size: // after a long row the rest may be more than a block
			end = c.whole(b[:min(size, end)])
		case b[end-1] != '\n':
			b = append(b, '\n')
			end++
		}
		switch {
		case end > 0:
			c.rest = append(c.rest, b[end:]...)
			newlines = bytes.Count(b[:end], []byte("\n"))
			c.Line += int64(newlines)
			return b[:end], newlines, nil
		case size >= MaxRecord:
			return b, 0, ErrLong
		}
	}
}

// read reads until b has size bytes or the text ends.
func (c *Cutter) read(b []byte, size int) ([]byte, error) {
	n := len(b)
	if n >= size || c.eof {
		return b, nil
	}
	b = slices.Grow(b, size+1+Padding-n) // one more for a newline that the last row lacks
	m, err := io.ReadFull(c.r, b[n:size])
	_, _ = c.hash.Write(b[n : n+m])
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		c.eof, err = true, nil
	}
	return b[:n+m], err
}
