// Package origin opens a ready dataset wherever it lies, however it is packed and encoded: a
// file, a pipe or a URL becomes UTF-8 text that can be read more than once.
package origin

import (
	"archive/zip"
	"bufio"
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

	"mlpipeline/internal/artifact"
	"mlpipeline/internal/csv"
	"mlpipeline/internal/table"
)

// Text is a ready dataset: UTF-8 text that can be read more than once.
type Text struct {
	Name     string      // as it may be seen
	Size     int64       // bytes of text
	Encoding string      // that it was read from, "" for UTF-8
	Notes    Notes       // what is to be said of it
	dir      string      // where scratch files go
	file     interface { // that is read as it lies, or a scratch file
		io.ReaderAt
		io.Closer
	}
}

// Notes are what is to be said of how something was read.
type Notes []string

// Add adds a note.
func (n *Notes) Add(format string, args ...any) { *n = append(*n, fmt.Sprintf(format, args...)) }

// Close removes what was spooled.
func (s *Text) Close() {
	if s.file != nil {
		s.file.Close()
	}
}

// Reader returns the text from its beginning.
func (s *Text) Reader() io.Reader { return s.Part(0, s.Size) }

// Part returns the text from one byte to another.
func (s *Text) Part(from, to int64) io.Reader { return io.NewSectionReader(s.file, from, to-from) }

// Limits of what is unpacked: so many times its packed size, or a size that is
// no danger.
const (
	mostRatio = 100
	harmless  = 64 << 20
)

// Open opens a source: a file, - for standard input, or an http(s) URL; plain,
// gzip, zstd or a zip of one table; in UTF-8, UTF-16 or UTF-32, else see Recode. What cannot be
// read twice as it lies is spooled to a scratch file in dir, as text. sha, if it
// is not "", is the SHA-256 that the source must have, as it lies.
func Open(ctx context.Context, src, dir, sha string, stdin io.Reader) (s *Text, err error) {
	s = &Text{Name: Shown(src), dir: dir}
	member := ""
	switch {
	case isHTTP(src):
		err = s.fetch(ctx, src)
	case src == "-":
		err = s.spool(ctx, stdin)
	case isURL(src):
		err = Check(src)
	default:
		member, err = s.open(ctx, src)
	}
	if err == nil {
		err = s.checkSum(sha)
	}
	if err == nil {
		err = s.unpack(ctx, member)
	}
	if err == nil {
		err = s.decode(ctx)
	}
	if err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// open opens a file, and spools a pipe. Of an archive's member it returns the name.
func (s *Text) open(ctx context.Context, src string) (member string, err error) {
	if archive, name, ok := cutMember(src); ok {
		src, member = archive, name
	}
	info, err := os.Stat(src)
	switch {
	case err != nil:
		return "", err
	case info.IsDir():
		return "", folder(src)
	}
	f, err := os.Open(src)
	if err != nil {
		return "", err
	}
	defer f.Close()
	if s.file, s.Size = lies(src), info.Size(); !info.Mode().IsRegular() {
		err = s.spool(ctx, f)
	}
	return member, err
}

// lies is the path of a file that is open only while it is read: sources may be many.
type lies string

func (path lies) ReadAt(b []byte, at int64) (int, error) {
	f, err := os.Open(string(path))
	if err != nil {
		return 0, err
	}
	defer f.Close()
	return f.ReadAt(b, at)
}

func (lies) Close() error { return nil }

// folder says what to import instead of a folder.
func folder(dir string) error {
	files, _ := table.Find([]string{dir}) // none is said, too
	if len(files) == 0 {
		return fmt.Errorf("%s: is a folder, and no CSV file is in it; name a file", dir)
	}
	words := ""
	for _, f := range files[:min(3, len(files))] {
		words += " -import " + table.ShellWord(f)
	}
	if len(files) > 3 {
		words += " …"
	}
	return fmt.Errorf("%s: is a folder; name its files:%s", dir, words)
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

func (s *Text) checkSum(want string) error {
	if want == "" {
		return nil
	}
	hash := sha256.New()
	if _, err := io.Copy(hash, s.Reader()); err != nil {
		return err
	}
	if got := hex.EncodeToString(hash.Sum(nil)); !strings.EqualFold(got, want) {
		return fmt.Errorf("%s: its SHA-256 is %s, not %s", s.Name, got, want)
	}
	return nil
}

// spool makes r the scratch file of the source.
func (s *Text) spool(ctx context.Context, r io.Reader) error {
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
	s.file, s.Size = f, n
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
func (s *Text) unpack(ctx context.Context, member string) error {
	b := bufio.NewReader(s.Reader())
	magic, _ := b.Peek(4)
	if string(magic) == "PAR1" {
		return fmt.Errorf("%s: is Parquet; write it as CSV first: duckdb -c \"COPY (FROM '%s') TO '/dev/stdout' "+
			"(FORMAT csv)\" | data_creation -import -", s.Name, s.Name)
	}
	text, packed, err := csv.Unpack(b)
	if string(magic) == "PK\x03\x04" {
		text, err = s.member(member)
	} else if member != "" {
		return fmt.Errorf("%s: is no zip archive", s.Name)
	} else if !packed {
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s: %w", s.Name, err)
	}
	limit := max(harmless, mostRatio*s.Size)
	bounded := &io.LimitedReader{R: text, N: limit + 1}
	if err := s.spool(ctx, bounded); err != nil {
		return err
	}
	if bounded.N == 0 {
		return fmt.Errorf("%s: unpacks to more than %d MiB, %d times its size or more; unpack it yourself if it is to "+
			"be trusted", s.Name, limit>>20, mostRatio)
	}
	return nil
}

// member opens one table of a zip archive: the one that is named, or the only one.
func (s *Text) member(name string) (io.Reader, error) {
	archive, err := zip.NewReader(s.file, s.Size)
	if err != nil {
		return nil, err
	}
	var tables []*zip.File
	for _, f := range archive.File {
		if f.Name == name {
			return openMember(f)
		}
		if f.Name == "[Content_Types].xml" {
			return nil, errors.New("is an Office file; save it as CSV")
		}
		if slices.Contains([]string{".csv", ".tsv", ".txt", ".dat"}, strings.ToLower(path.Ext(f.Name))) &&
			!strings.HasPrefix(f.Name, "__MACOSX/") {
			tables = append(tables, f)
		}
	}
	if name == "" && len(tables) == 1 {
		return openMember(tables[0])
	}
	names := make([]string, len(tables))
	for i, f := range tables {
		names[i] = f.Name
	}
	if len(names) == 0 {
		return nil, errors.New("holds no .csv, .tsv, .txt or .dat file; name another member as FILE.zip/NAME")
	}
	return nil, fmt.Errorf("has %d tables (%s); name one as FILE.zip/NAME", len(names), table.Quote(names))
}

// openMember opens a member of an archive, wherever its name says that it would go.
func openMember(f *zip.File) (io.Reader, error) {
	const encrypted = 1
	if f.Flags&encrypted != 0 {
		return nil, fmt.Errorf("%q in it is encrypted; unpack it first: unzip -p ARCHIVE NAME | data_creation -import -",
			f.Name)
	}
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("%q in it cannot be read (%w); unpack it first: unzip -p ARCHIVE NAME | data_creation "+
			"-import -", f.Name, err)
	}
	return r, nil
}
