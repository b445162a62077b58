package artifact

import (
	"bytes"
	"crypto/sha256"
	"encoding/gob"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
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

// EncodeJSON seals v, which must be a pointer to a struct that embeds Header,
// with its checksum and returns the file.
func (k Kind) EncodeJSON(v Document) ([]byte, error) {
	*v.header() = Header{Format: k.Format, Version: k.Version}
	b, err := indent(v)
	if err != nil {
		return nil, err
	}
	v.header().Checksum = digest(b)
	return indent(v)
}

func indent(v any) ([]byte, error) {
	b, err := json.MarshalIndent(v, "", "  ")
	return append(join(b), '\n'), err
}

// deep is how many objects and lists may be open around what has lines of its own:
// the figures of a dataset, not those within them, of which there may be many.
const deep = 3

// join puts what is deep in indented JSON, and the innermost lists of numbers, on one
// line each.
func join(b []byte) []byte {
	out := make([]byte, 0, len(b))
	open := -1 // where in out the innermost open list begins
	depth := 0
	quoted, escaped := false, false
	for i := 0; i < len(b); i++ {
		c := b[i]
		if c == '\n' && depth > deep { // outside of a string: in one it is escaped
			if out[len(out)-1] == ',' {
				out = append(out, ' ')
			}
			for b[i+1] == ' ' {
				i++
			}
			continue
		}
		out = append(out, c)
		switch {
		case escaped:
			escaped = false
		case quoted:
			escaped = c == '\\'
			quoted = c != '"'
		case c == '"':
			quoted = true
		case c == '[':
			open, depth = len(out), depth+1
		case c == '{':
			open, depth = -1, depth+1
		case c == '}':
			depth--
		case c == ']':
			depth--
			if open >= 0 && !bytes.ContainsRune(out[open:], '"') {
				joined := strings.Join(strings.Fields(string(out[open:len(out)-1])), " ")
				out = append(append(out[:open], joined...), ']')
			}
			open = -1
		}
	}
	return out
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

// ReadJSON reads what WriteJSON wrote, and nothing else: the file must be, byte
// for byte, what v is written as.
func (k Kind) ReadJSON(path string, v Document) error {
	b, err := readFile(path, func(beginning []byte) int64 {
		if k.foreign(beginning) {
			return 0
		}
		return math.MaxInt64
	})
	if err != nil {
		return k.missing(path, err)
	}
	if err := k.DecodeJSON(b, v); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// DecodeJSON is ReadJSON on the file's content.
func (k Kind) DecodeJSON(b []byte, v Document) error {
	var h Header
	err := json.Unmarshal(b, &h)
	if err != nil || h.Format == "" {
		err = fmt.Errorf("is not a whole %s file (damaged, cut off or something else); run %s again", k.Format,
			k.Program)
	} else {
		err = k.check(h.Format, h.Version)
	}
	if err != nil && k.foreign(b) {
		return foreignError{err}
	}
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return k.changed()
	}
	if got, err := k.EncodeJSON(v); err != nil || !bytes.Equal(got, b) {
		return k.changed()
	}
	return nil
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

// EncodeGob encodes v, a pointer to a struct without maps, behind one line of
// text that names format, version, length and SHA-256 of what follows. It also
// returns that SHA-256, the artifact's fingerprint.
func (k Kind) EncodeGob(v any) (file []byte, fingerprint string, err error) {
	var payload bytes.Buffer
	if err := gob.NewEncoder(&payload).Encode(v); err != nil {
		return nil, "", err
	}
	b := payload.Bytes()
	return Seal(k, b), digest(b), nil
}

// Seal puts the first line of an artifact before its payload.
func Seal(k Kind, payload []byte) []byte { return append([]byte(k.gobHeader(payload)), payload...) }

func (k Kind) gobHeader(payload []byte) string {
	return fmt.Sprintf("mlpipeline %s %d %d %s\n", k.Format, k.Version, len(payload), digest(payload))
}

// ReadGob reads what EncodeGob wrote into v and returns its fingerprint. Only
// a file whose bytes are whole reaches the decoder; what they mean is for the
// caller to check.
func (k Kind) ReadGob(path string, v any) (fingerprint string, err error) {
	b, err := readFile(path, func(beginning []byte) int64 {
		line, _, _ := bytes.Cut(beginning, []byte("\n"))
		_, _, length := parseGobHeader(line)
		return int64(len(line)) + 1 + int64(max(0, length))
	})
	if err != nil {
		return "", k.missing(path, err)
	}
	if fingerprint, err = k.DecodeGob(b, v); err != nil {
		return "", fmt.Errorf("%s: %w", path, err)
	}
	return fingerprint, nil
}

// DecodeGob is ReadGob on the file's content.
func (k Kind) DecodeGob(b []byte, v any) (fingerprint string, err error) {
	line, payload, _ := bytes.Cut(b, []byte("\n"))
	format, version, _ := parseGobHeader(line)
	if format == "" {
		return "", fmt.Errorf("is not a %s file; run %s again", k.Format, k.Program)
	}
	if err := k.check(format, version); err != nil {
		return "", err
	}
	if string(line)+"\n" != k.gobHeader(payload) {
		return "", fmt.Errorf("is damaged or cut off: %d bytes of content do not match the length and checksum in "+
			"its first line; run %s again", len(payload), k.Program)
	}
	r := bytes.NewReader(payload)
	if err := gob.NewDecoder(r).Decode(v); err != nil || r.Len() > 0 {
		return "", k.changed()
	}
	return digest(payload), nil
}

// parseGobHeader reads the first line of an artifact in gob. format is "" if it
// is none.
func parseGobHeader(line []byte) (format string, version, length int) {
	line = line[:min(len(line), beginning)]
	if n, _ := fmt.Sscanf(string(line), "mlpipeline %s %d %d", &format, &version, &length); n < 2 {
		return "", 0, 0
	}
	return format, version, length
}

// beginning is how many bytes of a file tell what it is.
const beginning = 512

// readFile reads a file. What its first bytes promise is the largest size that
// is read of it, and one byte more, which is one too many; of what is no artifact
// at all, only the beginning.
func readFile(path string, promised func(beginning []byte) int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
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
	return b, nil
}
