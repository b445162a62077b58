package importer

import (
	"archive/zip"
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"mlpipeline/internal/artifact"
	"mlpipeline/internal/table"
)

// Source is a ready dataset: UTF-8 text that can be read more than once.
type Source struct {
	Name    string // as it may be seen
	Size    int64  // bytes of text
	path    string // of a file that is read as it lies; else scratch
	scratch *artifact.Scratch
	dir     string // where scratch files go
	latin1  bool
	notes   []string
}

// Close removes what was spooled.
func (s *Source) Close() {
	if s.scratch != nil {
		s.scratch.Close()
	}
}

// open returns the text from its beginning.
func (s *Source) open() (io.ReadCloser, error) {
	if s.scratch != nil {
		return io.NopCloser(io.NewSectionReader(s.scratch, 0, s.Size)), nil
	}
	return os.Open(s.path)
}

// Limits of what is unpacked: so many times its packed size, or a size that is
// no danger.
const (
	mostRatio = 100
	harmless  = 64 << 20
)

// Open opens a source: a file, - for standard input, or an http(s) URL; plain,
// gzip, zstd or a zip of one table; in UTF-8, UTF-16 or Latin-1. What cannot be
// read twice as it lies is spooled to a scratch file in dir, as text. sha, if it
// is not "", is the SHA-256 that the source must have, as it lies.
func Open(ctx context.Context, src, dir, sha string, stdin io.Reader) (s *Source, err error) {
	s = &Source{Name: Shown(src), dir: dir}
	defer func() {
		if err != nil {
			s.Close()
			s = nil
		}
	}()
	_, remote := httpURL(src)
	member := ""
	switch {
	case remote || src == "-":
		r := stdin
		if remote {
			answer, err := get(ctx, src)
			if err != nil {
				return s, err
			}
			defer answer.Body.Close()
			r = answer.Body
		}
		if err := s.spool(ctx, r); err != nil {
			return s, err
		}
	case strings.Contains(src, "://"):
		return s, fmt.Errorf("%s: only http and https URLs can be fetched", s.Name)
	default:
		if archive, name, ok := cutMember(src); ok {
			src, member = archive, name
		}
		info, err := os.Stat(src)
		switch {
		case err != nil:
			return s, err
		case info.IsDir():
			return s, fmt.Errorf("%s: is a folder", src)
		case info.Mode().IsRegular():
			s.path, s.Size = src, info.Size()
		default: // a pipe
			f, err := os.Open(src)
			if err != nil {
				return s, err
			}
			defer f.Close()
			if err := s.spool(ctx, f); err != nil {
				return s, err
			}
		}
	}
	if err := s.checkSum(sha); err != nil {
		return s, err
	}
	if err := s.unpack(ctx, member); err != nil {
		return s, err
	}
	return s, s.decode(ctx)
}

// cutMember tells an archive and its member in FILE.zip/NAME.
func cutMember(src string) (archive, member string, ok bool) {
	i := strings.Index(strings.ToLower(src), ".zip/")
	if i < 0 {
		return "", "", false
	}
	i += len(".zip")
	info, err := os.Stat(src[:i])
	return src[:i], src[i+1:], err == nil && info.Mode().IsRegular()
}

func (s *Source) checkSum(want string) error {
	if want == "" {
		return nil
	}
	r, err := s.open()
	if err != nil {
		return err
	}
	defer r.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, r); err != nil {
		return err
	}
	if got := hex.EncodeToString(hash.Sum(nil)); !strings.EqualFold(got, want) {
		return fmt.Errorf("%s: its SHA-256 is %s, not %s", s.Name, got, want)
	}
	return nil
}

// spool makes r the scratch file of the source.
func (s *Source) spool(ctx context.Context, r io.Reader) error {
	f, err := artifact.CreateScratch(s.dir)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<18)
	n, err := io.Copy(w, &interrupted{ctx, r})
	if err == nil {
		err = w.Flush()
	}
	if err != nil {
		f.Close()
		return fmt.Errorf("%s: %w", s.Name, err)
	}
	s.Close()
	s.scratch, s.Size = f, n
	return nil
}

// interrupted ends with its context.
type interrupted struct {
	ctx context.Context
	io.Reader
}

func (r *interrupted) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.Reader.Read(p)
}

// unpack spools what is packed.
func (s *Source) unpack(ctx context.Context, member string) error {
	r, err := s.open()
	if err != nil {
		return err
	}
	defer r.Close()
	b := bufio.NewReader(r)
	magic, _ := b.Peek(4)
	var unpacked io.Reader
	switch {
	case bytes.HasPrefix(magic, []byte("\x1f\x8b")):
		unpacked, err = gzip.NewReader(b)
	case string(magic) == "\x28\xb5\x2f\xfd":
		var z *zstd.Decoder
		if z, err = zstd.NewReader(b, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(32<<20)); err == nil {
			defer z.Close()
			unpacked = z
		}
	case string(magic) == "PK\x03\x04":
		unpacked, err = s.member(member)
	case string(magic) == "PAR1":
		return fmt.Errorf("%s: is Parquet; write it as CSV first: duckdb -c \"COPY (FROM '%s') TO '/dev/stdout' "+
			"(FORMAT csv)\" | data_creation -import -", s.Name, s.Name)
	default:
		if member != "" {
			return fmt.Errorf("%s: is no zip archive", s.Name)
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s: %w", s.Name, err)
	}
	limit := max(harmless, mostRatio*s.Size)
	bounded := &io.LimitedReader{R: unpacked, N: limit + 1}
	if err := s.spool(ctx, bounded); err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return fmt.Errorf("%s: is cut off in the middle of its packed data", s.Name)
		}
		return err
	}
	if bounded.N == 0 {
		return fmt.Errorf("%s: unpacks to more than %d MiB, %d times its size or more; unpack it yourself if it is to "+
			"be trusted", s.Name, limit>>20, mostRatio)
	}
	return nil
}

// member opens one table of a zip archive: the one that is named, or the only one.
func (s *Source) member(name string) (io.Reader, error) {
	r, err := s.open()
	if err != nil {
		return nil, err
	}
	at, ok := r.(io.ReaderAt)
	if !ok {
		at = s.scratch
	}
	archive, err := zip.NewReader(at, s.Size)
	if err != nil {
		return nil, err
	}
	var tables []string
	for _, f := range archive.File {
		if f.Name == name {
			return f.Open()
		}
		if f.Name == "[Content_Types].xml" {
			return nil, errors.New("is an Office file; save it as CSV")
		}
		if slices.Contains([]string{".csv", ".tsv", ".txt", ".dat"}, strings.ToLower(path.Ext(f.Name))) &&
			!strings.HasPrefix(f.Name, "__MACOSX/") {
			tables = append(tables, f.Name)
		}
	}
	if name != "" || len(tables) != 1 {
		return nil, fmt.Errorf("has %d tables (%s); name one as FILE.zip/NAME", len(tables), table.Quote(tables))
	}
	return archive.Open(tables[0])
}

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
	case bytes.IndexByte(head, 0) >= 0:
		return fmt.Errorf("%s: holds NUL bytes; it is not a CSV file", s.Name)
	case bytes.HasPrefix(bytes.TrimSpace(head), []byte("<")):
		return fmt.Errorf("%s: is a web page or XML, not a CSV file", s.Name)
	case bytes.HasPrefix(bytes.TrimSpace(head), []byte("{")):
		return fmt.Errorf("%s: is JSON, not a CSV file", s.Name)
	case len(bytes.TrimSpace(bytes.TrimPrefix(head, []byte(bom)))) == 0 && len(head) < headSize:
		return fmt.Errorf("%s: is empty", s.Name)
	case bytes.IndexByte(head, '\n') < 0 && bytes.IndexByte(head, '\r') >= 0:
		return s.spool(ctx, &transcoder{r: b, next: oldLines})
	}
	return nil
}

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
