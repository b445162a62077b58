package artifact

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/gob"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
)

// EncodeGob encodes values, pointers to what has no maps, after one line of
// text that names format, version, length and SHA-256 of what follows. It also
// returns that SHA-256, the artifact's fingerprint. The file comes in pieces.
func (k Kind) EncodeGob(values ...any) (file [][]byte, fingerprint string, err error) {
	var content pieces
	e := gob.NewEncoder(&content)
	for _, v := range values {
		if err := e.Encode(v); err != nil {
			return nil, "", err
		}
	}
	return Seal(k, content), digest(content...), nil
}

// Seal puts the first line of an artifact before its content.
func Seal(k Kind, content [][]byte) [][]byte {
	length := int64(0)
	for _, b := range content {
		length += int64(len(b))
	}
	return slices.Insert(content, 0, []byte(k.gobHeader(length, digest(content...))))
}

// pieces are what is written, which is not copied to become longer.
type pieces [][]byte

func (p *pieces) Write(b []byte) (int, error) {
	last := len(*p) - 1
	if last < 0 || len((*p)[last])+len(b) > cap((*p)[last]) {
		*p = append(*p, make([]byte, 0, max(1<<20, len(b))))
		last++
	}
	(*p)[last] = append((*p)[last], b...)
	return len(b), nil
}

const gobMagic = "mlpipeline "

func (k Kind) gobHeader(length int64, digest string) string {
	return fmt.Sprintf(gobMagic+"%s %d %d %s\n", k.Format, k.Version, length, digest)
}

// ReadGob reads what EncodeGob wrote, the first of its values and, once that is read, the rest
// that is asked for; nil asks for none. It returns the fingerprint. Only a file whose bytes are
// whole reaches the decoder; what they mean is for the caller to check.
func (k Kind) ReadGob(path string, first any, rest func() []any) (fingerprint string, err error) {
	r, err := open(path)
	if err != nil {
		return "", k.missing(path, err)
	}
	defer r.Close()
	fingerprint, err = k.decodeGob(r, first, rest)
	return fingerprint, naming(path, err)
}

func (k Kind) decodeGob(r io.ReadSeeker, first any, rest func() []any) (fingerprint string, err error) {
	b, err := readBeginning(r)
	if err != nil {
		return "", err
	}
	line, _, _ := bytes.Cut(b, []byte("\n"))
	format, version, length := parseGobHeader(line)
	if format == "" {
		return "", fmt.Errorf("is not a %s file; run %s again", k.Format, k.Program)
	}
	if err := k.check(format, version); err != nil {
		return "", err
	}
	begin := int64(len(line)) + 1
	if _, err := r.Seek(begin, io.SeekStart); err != nil {
		return "", err
	}
	hash := sha256.New()
	got, err := io.Copy(hash, io.LimitReader(r, max(0, length)+1))
	if err != nil {
		return "", err
	}
	fingerprint = hex.EncodeToString(hash.Sum(nil))
	if string(line)+"\n" != k.gobHeader(got, fingerprint) {
		return "", fmt.Errorf("is damaged or cut off: %d bytes of content do not match the length and checksum in "+
			"its first line; run %s again", got, k.Program)
	}
	if _, err := r.Seek(begin, io.SeekStart); err != nil {
		return "", err
	}
	d := gob.NewDecoder(bufio.NewReaderSize(r, 1<<16))
	if err := d.Decode(first); err != nil {
		return "", k.changed()
	}
	if rest == nil {
		return fingerprint, nil
	}
	for _, v := range rest() {
		if err := d.Decode(v); err != nil {
			return "", k.changed()
		}
	}
	return fingerprint, nil
}

// parseGobHeader reads the first line of an artifact in gob. format is "" if it
// is none.
func parseGobHeader(line []byte) (format string, version int, length int64) {
	if n, _ := fmt.Sscanf(string(line), gobMagic+"%s %d %d", &format, &version, &length); n < 2 {
		return "", 0, 0
	}
	return format, version, length
}
