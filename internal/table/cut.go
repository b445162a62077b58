package table

import (
	"bytes"
	"fmt"
	"io"

	"github.com/cespare/xxhash/v2"
)

const (
	blockSize = 256 << 10 // bytes of CSV per block; borders do not depend on workers
	maxRecord = 1 << 20   // longest row, so that an open quote cannot fill the memory
)

// cutter cuts a file into blocks of whole rows and hashes all its bytes.
type cutter struct {
	r    io.Reader
	file *File
	hash *xxhash.Digest
	rest []byte // begun, not yet whole rows
	line int64
	eof  bool
}

func newCutter(f *File, r io.Reader) (*cutter, error) {
	c := &cutter{r: r, file: f, hash: xxhash.New(), line: f.line}
	head := f.peek
	if f.stream == nil { // r begins anew: skip the header
		head = make([]byte, f.body)
		if _, err := io.ReadFull(r, head); err != nil {
			return nil, fmt.Errorf("%s: %w", f.Path, err)
		}
	}
	_, _ = c.hash.Write(head)
	c.rest = append(c.rest, head[f.body:]...)
	return c, nil
}

// next fills b with the next whole rows; io.EOF says that there are no more.
func (c *cutter) next(b *Block) error {
	b.data = append(b.data[:0], c.rest...)
	c.rest = c.rest[:0]
	b.line = c.line
	for size := blockSize; ; size *= 2 {
		if err := c.fill(b, size); err != nil {
			return err
		}
		end := len(b.data)
		if !c.eof || end > size { // after a long row the rest may be more than a block
			end = lastRecordEnd(b.data[:min(size, end)])
		}
		if end == 0 && len(b.data) > 0 {
			if size < maxRecord {
				continue
			}
			if open := openQuote(b.data); open >= 0 {
				return fmt.Errorf("%s:%d: a quote is opened here and not closed within %d KiB", c.file.Path,
					c.line+int64(bytes.Count(b.data[:open], []byte("\n"))), maxRecord>>10)
			}
			return fmt.Errorf("%s:%d: this row is longer than %d KiB; is it a CSV file?", c.file.Path, c.line, maxRecord>>10)
		}
		if end == 0 {
			return io.EOF
		}
		c.rest = append(c.rest, b.data[end:]...)
		b.data = b.data[:end]
		b.newlines = bytes.Count(b.data, []byte("\n"))
		c.line += int64(b.newlines)
		return nil
	}
}

// fill reads until b.data has size bytes or the file ends.
func (c *cutter) fill(b *Block, size int) error {
	n := len(b.data)
	if n >= size || c.eof {
		return nil
	}
	if cap(b.data) < size+1+Padding { // one more for a newline that the last row lacks
		b.data = append(make([]byte, 0, size+1+Padding), b.data...)
	}
	m, err := io.ReadFull(c.r, b.data[n:size])
	b.data = b.data[:n+m]
	_, _ = c.hash.Write(b.data[n:])
	switch err {
	case nil:
		return nil
	case io.EOF, io.ErrUnexpectedEOF:
		c.eof = true
		return nil
	}
	return fmt.Errorf("%s: %w", c.file.Path, err)
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
