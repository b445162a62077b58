package importer

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"unicode/utf16"
	"unicode/utf8"
)

// decode spools what is not UTF-8 with line ends of LF or CRLF.
func (s *Source) decode(ctx context.Context) error {
	r, err := s.open()
	if err != nil {
		return err
	}
	defer r.Close()
	b := bufio.NewReaderSize(r, headSize)
	head, err := b.Peek(headSize)
	if err != nil && err != io.EOF {
		return fmt.Errorf("%s: %w", s.Name, err)
	}
	big, little := wide(head)
	switch {
	case big || little:
		s.notes = append(s.notes, "is UTF-16")
		return s.spool(ctx, &transcoder{r: b, next: utf16Text(big)})
	case bytes.HasPrefix(head, []byte("\xfd7zXZ")), len(head) > 4 && bytes.HasPrefix(head[4:], []byte("1AY&SY")):
		return fmt.Errorf("%s: is packed as neither gzip, zstd nor zip; unpack it: bzcat FILE, or xzcat, | data_creation "+
			"-import -", s.Name)
	case bytes.IndexByte(head, 0) >= 0:
		return fmt.Errorf("%s: holds NUL bytes; it is not a CSV file", s.Name)
	case markup.Match(head):
		return fmt.Errorf("%s: is a web page or XML, not a CSV file", s.Name)
	case bytes.HasPrefix(bytes.TrimSpace(head), []byte("{")):
		return fmt.Errorf("%s: is JSON, not a CSV file", s.Name)
	case len(bytes.TrimSpace(bytes.TrimPrefix(head, []byte(bom)))) == 0 && len(head) < headSize:
		return fmt.Errorf("%s: is empty", s.Name)
	case bytes.Count(head, []byte("\r"))-bytes.Count(head, []byte("\r\n")) > bytes.Count(head, []byte("\n")):
		return s.spool(ctx, &transcoder{r: b, next: oldLines})
	}
	return nil
}

var markup = regexp.MustCompile(`(?i)^\s*<(!doctype|html|head|body|table|\?xml|svg|rss)`)

const (
	bom      = "\xef\xbb\xbf"
	headSize = 1 << 18 // what is looked at to find out how a source is written
)

// wide reports UTF-16 and its order of bytes, by its mark or, without one, by zeros in every
// other place.
func wide(head []byte) (big, little bool) {
	switch {
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		return true, false
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		return false, true
	}
	zeros := [2]int{}
	for i, c := range head {
		if c == 0 {
			zeros[i%2]++
		}
	}
	most := len(head) / 2 * 3 / 4
	return most > 0 && zeros[0] > most && zeros[1] == 0, most > 0 && zeros[1] > most && zeros[0] == 0
}

// windows1252 are the characters 0x80 to 0x9f of Windows-1252. The others are those of
// ISO 8859-1, which has control characters here.
const windows1252 = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ"

// toLatin1 reads the source as Windows-1252, of which Latin-1 is a part. A source that
// is UTF-8 but for some bytes is neither.
func (s *Source) toLatin1(ctx context.Context) error {
	r, err := s.open()
	if err != nil {
		return err
	}
	defer r.Close()
	b, line, bad, text, wide := bufio.NewReader(r), 1, 0, false, false
	for {
		c, size, err := b.ReadRune()
		if err == io.EOF {
			break
		}
		switch {
		case err != nil:
			return fmt.Errorf("%s: %w", s.Name, err)
		case c == '\n':
			line++
		case c == utf8.RuneError && size == 1:
			bad = cmp.Or(bad, line)
			_ = b.UnreadRune()
			raw, _ := b.ReadByte()
			wide = wide || raw < 0xa0
		case size > 1:
			text = true
		}
		if text && bad > 0 {
			return fmt.Errorf("%s:%d: holds a byte that is not UTF-8, as the rest of the file is; mend it", s.Name, bad)
		}
	}
	if r, err = s.open(); err != nil {
		return err
	}
	defer r.Close()
	name := "Latin-1"
	if wide {
		name = "Windows-1252"
	}
	s.notes = append(s.notes, "is not UTF-8; read as "+name)
	s.latin1 = true
	upper := []rune(windows1252)
	return s.spool(ctx, &transcoder{r: bufio.NewReader(r), next: func(r *bufio.Reader, dst []byte) ([]byte, error) {
		c, err := r.ReadByte()
		switch {
		case err != nil:
			return dst, err
		case c >= 0x80 && c < 0xa0:
			return utf8.AppendRune(dst, upper[c-0x80]), nil
		}
		return utf8.AppendRune(dst, rune(c)), nil
	}})
}

// transcoder reads text in another form.
type transcoder struct {
	r    *bufio.Reader
	next func(r *bufio.Reader, dst []byte) ([]byte, error) // appends a character
	left []byte
	err  error
}

func (t *transcoder) Read(p []byte) (int, error) {
	for len(t.left) < len(p) && t.err == nil {
		t.left, t.err = t.next(t.r, t.left)
	}
	n := copy(p, t.left)
	t.left = append(t.left[:0], t.left[n:]...)
	if n == 0 {
		return 0, t.err
	}
	return n, nil
}

// oldLines turns the line ends of old, CR alone, into LF.
func oldLines(r *bufio.Reader, dst []byte) ([]byte, error) {
	c, err := r.ReadByte()
	switch {
	case err != nil:
		return dst, err
	case c == '\r':
		c = '\n'
	}
	return append(dst, c), nil
}

func utf16Text(big bool) func(r *bufio.Reader, dst []byte) ([]byte, error) {
	unit := func(r *bufio.Reader) (rune, error) {
		var b [2]byte
		_, err := io.ReadFull(r, b[:])
		if big {
			b[0], b[1] = b[1], b[0]
		}
		return rune(b[0]) | rune(b[1])<<8, err
	}
	return func(r *bufio.Reader, dst []byte) ([]byte, error) {
		c, err := unit(r)
		if err == nil && utf16.IsSurrogate(c) {
			var low rune
			low, err = unit(r)
			c = utf16.DecodeRune(c, low)
		}
		switch {
		case errors.Is(err, io.ErrUnexpectedEOF):
			return dst, errors.New("is cut off in the middle of a character")
		case err != nil:
			return dst, err
		}
		return utf8.AppendRune(dst, c), nil
	}
}
