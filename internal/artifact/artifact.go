package artifact

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
)

// Kind is a sort of artifact: its format, the version written and read here,
// and the program that writes it.
type Kind struct {
	Format  string
	Version int
	Program string
}

// Header begins every JSON artifact; embed it first.
type Header struct {
	Format   string `json:"format"`
	Version  int    `json:"version"`
	Checksum string `json:"checksum"` // SHA-256 of the file with this left empty
}

func (h *Header) header() *Header { return h }

// Fingerprint identifies the artifact by its content.
func (h *Header) Fingerprint() string { return h.Checksum }

// Document is a struct that embeds Header.
type Document interface{ header() *Header }

// begin is what the file of a JSON artifact begins with, up to its checksum.
func (k Kind) begin() string {
	return fmt.Sprintf("{\n  \"format\": %q,\n  \"version\": %d,\n  \"checksum\": \"", k.Format, k.Version)
}

// EncodeJSON seals v, which must be a pointer to a struct that embeds Header,
// with its checksum and returns the file.
func (k Kind) EncodeJSON(v Document) ([]byte, error) {
	*v.header() = Header{Format: k.Format, Version: k.Version}
	b, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	b = indent(b)
	v.header().Checksum = digest(b)
	return slices.Insert(b, len(k.begin()), []byte(v.header().Checksum)...), nil
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// CreateJSON seals v and writes it to a file for path that is finished, for Commit.
func (k Kind) CreateJSON(path string, v Document) (*File, error) {
	b, err := k.EncodeJSON(v)
	if err != nil {
		return nil, naming(path, err)
	}
	return CreateFile(path, b)
}

// WriteJSON seals v and writes it to path.
func (k Kind) WriteJSON(path string, v Document) error {
	b, err := k.EncodeJSON(v)
	if err != nil {
		return naming(path, err)
	}
	return WriteFile(path, b)
}

// ReadJSON reads what WriteJSON wrote, and nothing else: the checksum must be that
// of the file's bytes.
func (k Kind) ReadJSON(path string, v Document) error { return k.ReadListJSON(path, v, "", nil) }

// ReadListJSON is ReadJSON but for one list of v, which may be long: its elements are
// left in the file, and decoded one by one as element wants them.
func (k Kind) ReadListJSON(path string, v Document, list string, element func(*json.Decoder) error) error {
	r, err := open(path, func(beginning []byte) int64 {
		if k.foreign(beginning) {
			return 0
		}
		return math.MaxInt64
	})
	if err != nil {
		return k.missing(path, err)
	}
	defer r.Close()
	if err := k.decodeJSON(r, v, list, element); err != nil {
		return naming(path, err)
	}
	return nil
}

func (k Kind) decodeJSON(r io.ReadSeeker, v Document, list string, element func(*json.Decoder) error) error {
	whole, err := k.whole(r)
	if err != nil {
		return err
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if !whole {
		return k.refuse(r)
	}
	d := json.NewDecoder(bufio.NewReaderSize(r, 1<<16))
	if list == "" {
		d.DisallowUnknownFields()
		err = d.Decode(v)
	} else {
		err = decodeList(d, v, list, element)
	}
	if err != nil {
		return k.changed()
	}
	return nil
}

// whole reports whether a file is what EncodeJSON returned: a header and what its
// checksum is of.
func (k Kind) whole(r io.Reader) (bool, error) {
	b := make([]byte, len(k.begin())+2*sha256.Size)
	n, err := io.ReadFull(r, b)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return false, nil
	}
	hash := sha256.New()
	hash.Write(b[:min(n, len(k.begin()))])
	if err == nil && strings.HasPrefix(string(b), k.begin()) {
		_, err = io.Copy(hash, r)
	}
	return string(b) == k.begin()+hex.EncodeToString(hash.Sum(nil)), err
}

// refuse says what is wrong with a file that is not whole.
func (k Kind) refuse(r io.Reader) error {
	b := make([]byte, beginning)
	n, err := io.ReadFull(r, b)
	if b = b[:n]; err == nil && !k.foreign(b) {
		rest, err := io.ReadAll(r)
		if err != nil {
			return err
		}
		b = append(b, rest...)
	}
	var h Header
	if json.Unmarshal(b, &h) != nil || h.Format == "" {
		err = fmt.Errorf("is not a whole %s file (damaged, cut off or something else); run %s again", k.Format,
			k.Program)
	} else if err = k.check(h.Format, h.Version); err == nil {
		err = k.changed()
	}
	if k.foreign(b) {
		return foreignError{err}
	}
	return err
}

// decodeList decodes an object but for one of its lists, the elements of which are
// handed over.
func decodeList(d *json.Decoder, v any, list string, element func(*json.Decoder) error) error {
	if _, err := d.Token(); err != nil {
		return err
	}
	rest := []byte{'{'}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return err
		}
		if key == list {
			if err := decodeElements(d, element); err != nil {
				return err
			}
			continue
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return err
		}
		if len(rest) > 1 {
			rest = append(rest, ',')
		}
		rest = append(strconv.AppendQuote(rest, key.(string)), ':')
		rest = append(rest, value...)
	}
	whole := json.NewDecoder(bytes.NewReader(append(rest, '}')))
	whole.DisallowUnknownFields()
	return whole.Decode(v)
}

// decodeElements hands over the elements of a list, or of null, which is none.
func decodeElements(d *json.Decoder, element func(*json.Decoder) error) error {
	if open, err := d.Token(); err != nil || open == nil {
		return err
	}
	for d.More() {
		if err := element(d); err != nil {
			return err
		}
	}
	_, err := d.Token()
	return err
}

// ErrForeign says that a file is none of this pipeline's, damaged or not.
var ErrForeign = errors.New("is not of this pipeline")

type foreignError struct{ error }

func (foreignError) Is(target error) bool { return target == ErrForeign }

// foreign reports whether a file was never an artifact in JSON, whole, damaged or
// cut off: its beginning has neither this format's name nor the checksum and one
// of the other keys of Header.
func (k Kind) foreign(b []byte) bool {
	const begin = "{\n  \"format\": \""
	b = b[:min(len(b), beginning)]
	has := func(s string) bool { return bytes.Contains(b, []byte(s)) }
	switch {
	case len(b) < len(begin) && strings.HasPrefix(begin, string(b)):
		return false // cut off, or empty
	case has(begin + k.Format), has("\n  \"checksum\": \"") && (has(begin) || has("\n  \"version\": ")):
		return false
	}
	return true
}

func (k Kind) check(format string, version int) error {
	if format != k.Format {
		return fmt.Errorf("is a %.40q file where a %s file is needed; run %s again", format, k.Format, k.Program)
	}
	if version != k.Version {
		return fmt.Errorf("is version %d of the %s format and this program reads version %d; run %s again", version,
			k.Format, k.Version, k.Program)
	}
	return nil
}

func (k Kind) changed() error {
	return fmt.Errorf("changed since it was written (damaged or edited); run %s again", k.Program)
}

func (k Kind) missing(path string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s: %w; run %s first", path, fs.ErrNotExist, k.Program)
	}
	return err
}

// open opens a file that is read twice, to check it and to decode it. Of what can be
// read only once, as a pipe, everything is kept: what its first bytes promise is the
// largest size that is read of it, and one byte more, which is one too many; of what
// is no artifact at all, only the beginning.
func open(path string, promised func(beginning []byte) int64) (io.ReadSeekCloser, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err != nil || info.Mode().IsRegular() {
		return f, err
	}
	defer f.Close()
	b := make([]byte, beginning)
	n, err := io.ReadFull(f, b)
	b = b[:n]
	if err == nil {
		var rest []byte
		if more := promised(b); more > beginning {
			rest, err = io.ReadAll(io.LimitReader(f, more-beginning+1))
		}
		b = append(b, rest...)
	}
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, naming(path, err)
	}
	return kept{bytes.NewReader(b)}, nil
}

// kept is a file's content.
type kept struct{ *bytes.Reader }

func (kept) Close() error { return nil }
