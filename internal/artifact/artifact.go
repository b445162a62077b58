package artifact

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
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
	var plain bytes.Buffer
	e := json.NewEncoder(&plain)
	e.SetEscapeHTML(false) // temp>5 is a name that people read, and no page
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	b := indent(bytes.TrimSpace(plain.Bytes()))
	v.header().Checksum = digest(b)
	return slices.Insert(b, len(k.begin()), []byte(v.header().Checksum)...), nil
}

func digest(parts ...[]byte) string {
	hash := sha256.New()
	for _, b := range parts {
		hash.Write(b)
	}
	return hex.EncodeToString(hash.Sum(nil))
}

// WriteJSON seals v and writes it to path.
func (k Kind) WriteJSON(path string, v Document) error {
	var s Set
	defer s.Cleanup()
	if err := s.WriteJSON(k, path, v); err != nil {
		return err
	}
	return s.Commit()
}

// ReadJSON reads what WriteJSON wrote, and nothing else: the checksum must be that
// of the file's bytes, and no field may be unknown. Of a long list that is not needed
// whole v can hold less: see Only.
func (k Kind) ReadJSON(path string, v Document) error {
	r, err := open(path)
	if err != nil {
		return k.missing(path, err)
	}
	defer r.Close()
	b, err := readBeginning(r)
	if err == nil && !k.foreign(b) {
		b, err = io.ReadAll(io.MultiReader(bytes.NewReader(b), r))
	}
	if err == nil {
		err = k.decodeJSON(b, v)
	}
	return naming(path, err)
}

func (k Kind) decodeJSON(b []byte, v Document) error {
	begin := k.begin()
	after := len(begin) + 2*sha256.Size
	if len(b) < after || string(b[:after]) != begin+digest(b[:len(begin)], b[after:]) {
		return k.refuse(b)
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if d.Decode(v) != nil {
		return k.changed()
	}
	if _, err := d.Token(); err != io.EOF { // something stands after it
		return k.changed()
	}
	return nil
}

// refuse says what is wrong with a file that is not what EncodeJSON returned.
func (k Kind) refuse(b []byte) error {
	var h Header
	var err error
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

// Only is an element of a list in JSON of which only some fields are read, those of T.
type Only[T any] struct{ Value T }

// UnmarshalJSON reads the fields that T has, and passes over the others.
func (o *Only[T]) UnmarshalJSON(b []byte) error { return json.Unmarshal(b, &o.Value) }

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
		return fmt.Errorf("is a %.40q file where a %s file is needed, which %s writes", format, k.Format, k.Program)
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

// beginning is how many bytes of a file tell what it is.
const beginning = 512

func readBeginning(r io.Reader) ([]byte, error) {
	b := make([]byte, beginning)
	n, err := io.ReadFull(r, b)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		err = nil
	}
	return b[:n], err
}

// open opens a file that is read twice, to check it and to decode it. Of what can be
// read only once, as a pipe, everything is kept, or no more than its beginning if it
// begins like no artifact.
func open(path string) (io.ReadSeekCloser, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err != nil || info.Mode().IsRegular() {
		return f, err
	}
	defer f.Close()
	b, err := readBeginning(f)
	if err == nil && (bytes.HasPrefix(b, []byte("{")) || bytes.HasPrefix(b, []byte(gobMagic))) {
		b, err = io.ReadAll(io.MultiReader(bytes.NewReader(b), f))
	}
	return kept{bytes.NewReader(b)}, naming(path, err)
}

// kept is a file's content.
type kept struct{ *bytes.Reader }

func (kept) Close() error { return nil }
