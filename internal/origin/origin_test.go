package origin

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"

	"mlpipeline/internal/csv"
	"mlpipeline/internal/testutil"
)

// text opens a source and returns its text, or what was wrong.
func text(t *testing.T, src, dir, sha string, stdin io.Reader) string {
	t.Helper()
	s, err := Open(context.Background(), src, dir, sha, stdin)
	if err != nil {
		return strings.ReplaceAll(err.Error(), dir+string(filepath.Separator), "")
	}
	defer s.Close()
	b, err := io.ReadAll(s.Reader())
	if err != nil || int64(len(b)) != s.Size {
		t.Errorf("%d bytes of %d: %v", len(b), s.Size, err)
	}
	return strings.TrimPrefix(string(b), csv.BOM)
}

// However a table is packed and encoded, it is the same table; nothing is left behind.
func TestSources(t *testing.T) {
	const table = "y,größe\n1,2\n3,4\n"
	dir := t.TempDir()
	pack := func(name string, write func(w io.Writer)) string {
		var b bytes.Buffer
		write(&b)
		testutil.OK(t, os.WriteFile(filepath.Join(dir, name), b.Bytes(), 0o666))
		return filepath.Join(dir, name)
	}
	zipped := func(members ...string) func(io.Writer) {
		return func(w io.Writer) {
			z := zip.NewWriter(w)
			for _, m := range members {
				f := testutil.Must(z.Create(m))(t)
				_, _ = io.WriteString(f, table)
			}
			z.Close()
		}
	}
	plain := pack("a.csv", func(w io.Writer) { _, _ = io.WriteString(w, table) })
	packed := pack("a.csv.gz", func(w io.Writer) {
		z := gzip.NewWriter(w)
		_, _ = io.WriteString(z, table)
		z.Close()
	})
	outside := pack("outside.zip", zipped("../up.csv", "/root.csv", `back\slash.csv`))
	secret := pack("secret.zip", func(w io.Writer) {
		z := zip.NewWriter(w)
		_, _ = z.CreateRaw(&zip.FileHeader{Name: "one.csv", Flags: 1, CompressedSize64: 1, UncompressedSize64: 1})
		z.Close()
	})
	several := pack("several.zip", zipped("b/one.csv", "two.txt", "readme.md"))
	for src, want := range map[string]string{
		plain:  table,
		packed: table,
		pack("a.zst", func(w io.Writer) {
			z := testutil.Must(zstd.NewWriter(w))(t)
			_, _ = io.WriteString(z, table)
			z.Close()
		}): table,
		pack("wide.csv", func(w io.Writer) { _, _ = io.WriteString(w, utf16le(table)) }):         table,
		pack("unmarked.csv", func(w io.Writer) { _, _ = io.WriteString(w, utf16le(table)[2:]) }): table,
		pack("one.zip", zipped("one.csv", "__MACOSX/one.csv", "readme.md")):                      table,
		several + "/b/one.csv":              table,
		outside:                             `outside.zip: has 3 tables ("../up.csv", "/root.csv", "back\\slash.csv"); name one as FILE.zip/NAME`,
		outside + "/../up.csv":              table,
		outside + "//root.csv":              table,
		outside + `/back\slash.csv`:         table,
		pack("up.zip", zipped("../up.csv")): table,
		pack("none.zip", zipped("a.pdf")):   "none.zip: holds no .csv, .tsv, .txt or .dat file; name another member as FILE.zip/NAME",
		secret:                              `secret.zip: "one.csv" in it is encrypted; unpack it first: unzip -p ARCHIVE NAME | data_creation -import -`,
		pack("wider.csv", func(w io.Writer) { _, _ = io.WriteString(w, utf32le(table)) }):    table,
		pack("bare.csv", func(w io.Writer) { _, _ = io.WriteString(w, utf32le(table)[4:]) }): table,
		pack("odd.csv", func(w io.Writer) { _, _ = io.WriteString(w, utf16le(table)+"x") }):  "odd.csv: is UTF-16 and cut off in the middle of a character",
		several:               `several.zip: has 2 tables ("b/one.csv", "two.txt"); name one as FILE.zip/NAME`,
		several + "/none.csv": `several.zip/none.csv: has 2 tables ("b/one.csv", "two.txt"); name one as FILE.zip/NAME`,
		pack("book.xlsx", zipped("[Content_Types].xml")): "book.xlsx: is an Office file; save it as CSV",
		pack("t.parquet", func(w io.Writer) { _, _ = io.WriteString(w, "PAR1....") }): "t.parquet: is Parquet; write it as CSV " +
			"first: duckdb -c \"COPY (FROM 't.parquet') TO '/dev/stdout' (FORMAT csv)\" | data_creation -import -",
		filepath.Join(dir, "none.csv"): "stat none.csv: no such file or directory",
		dir + "/.":                     ".: is a folder; name its files: -import a.csv -import a.csv.gz -import bare.csv …",
		"ftp://host/a.csv":             "ftp://host/a.csv: only http and https URLs can be fetched",
	} {
		if got := text(t, src, dir, "", nil); got != want {
			t.Errorf("%s:\ngot  %q\nwant %q", src, got, want)
		}
	}
	b := testutil.Must(os.ReadFile(packed))(t)
	if got := text(t, "-", dir, "", bytes.NewReader(b)); got != table {
		t.Errorf("standard input: %q", got)
	}
	if got := text(t, plain, dir, strings.Repeat("0", 64), nil); !strings.HasPrefix(got, "a.csv: its SHA-256 is ") ||
		!strings.HasSuffix(got, ", not "+strings.Repeat("0", 64)) {
		t.Errorf("another SHA-256: %q", got)
	}
	entries := testutil.Must(os.ReadDir(dir))(t)
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			t.Errorf("left behind: %s", e.Name())
		}
	}
}

func utf32le(s string) string {
	text, _ := utf32.UTF32(utf32.LittleEndian, utf32.UseBOM).NewEncoder().String(s)
	return text
}

func utf16le(s string) string {
	text, _ := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(s)
	return text
}
