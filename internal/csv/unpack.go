package csv

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// Unpack undoes gzip and zstd, which are recognised by their first bytes. What is not
// packed stays as it is.
func Unpack(r io.Reader) (text io.Reader, packed bool, err error) {
	b := bufio.NewReaderSize(r, 16) // small: there may be thousands of files that are not packed
	large := func() io.Reader { return bufio.NewReaderSize(b, 1<<16) }
	switch magic, _ := b.Peek(4); {
	case bytes.HasPrefix(magic, []byte("\x1f\x8b")):
		text, err = gzip.NewReader(large())
	case string(magic) == "\x28\xb5\x2f\xfd": // without goroutines, which nobody would end
		text, err = zstd.NewReader(large(), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(32<<20))
	default:
		return b, false, nil
	}
	return whole{text}, true, err
}

// whole does not take packed data that are cut off for their end.
type whole struct{ io.Reader }

func (w whole) Read(p []byte) (int, error) {
	n, err := w.Reader.Read(p)
	if err == io.ErrUnexpectedEOF {
		err = errors.New("is cut off in the middle of its packed data")
	}
	return n, err
}
