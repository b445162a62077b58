package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/klauspost/compress/gzip"

	"mlpipeline/internal/artifact"
	"mlpipeline/internal/cli"
	"mlpipeline/internal/dataset"
	"mlpipeline/internal/importer"
	"mlpipeline/internal/table"
)

// Limits of what is imported.
const (
	maxImport    = 1 << 30 // bytes, uncompressed; the file is held in memory
	mostRatio    = 100     // of uncompressed to compressed
	maxRedirects = 5
	timeout      = 10 * time.Minute // for all of a URL
	patience     = 30 * time.Second // for a server's answer
)

// importFlags defines the flags that go with -import.
func importFlags(o *options) {
	o.Func("import", "a ready dataset instead: a file, - or http(s) URL `SRC`; may be given several times",
		func(s string) error {
			o.imports = append(o.imports, s)
			return nil
		})
	o.StringVar(&o.Time, "time", "timestamp", "with -import: time `COLUMN` in SRC")
	o.StringVar(&o.Target, "target", "temperature", "with -import: target `COLUMN` in SRC")
	o.StringVar(&o.Delimiter, "delimiter", "", "with -import: `CHARACTER` between cells, or tab (default guessed)")
	o.Func("decimal", "with -import: decimal `SIGN`, . or , (default guessed)", func(s string) error {
		if s != "." && s != "," {
			return errors.New("is neither . nor ,")
		}
		o.Decimal = s
		return nil
	})
	o.Func("missing", "with -import: `LIST` of cells that mean a missing reading (default NA,?,-999,M and the like)",
		func(s string) error {
			o.Missing = append(strings.Split(s, ","), "")
			return nil
		})
	o.StringVar(&o.Layout, "time-layout", "",
		"with -import: how times are written, such as 'D/M/YYYY hh:mm', '%d.%m.%Y', epoch_ms (default guessed)")
	o.StringVar(&o.sha256, "sha256", "", "with -import: refuse a SRC with another SHA-256 than `HEX`")
}

// importAll cleans every source and splits it in time.
func importAll(ctx context.Context, o *options, stdin io.Reader) (err error) {
	for _, name := range []string{"seed", "rows", "step", "start", "scenarios", "stations"} {
		if o.IsSet(name) {
			return cli.Usagef("-%s does not go with -import", name)
		}
	}
	if o.sha256 != "" && (len(o.sha256) != 64 || len(o.imports) > 1) {
		return cli.Usagef("-sha256 takes 64 hexadecimal digits and one -import")
	}
	if o.Time == o.Target {
		return cli.Usagef("%q cannot be both the target and the time column", o.Time)
	}
	if err := importer.CheckLayout(o.Layout); err != nil {
		return cli.Usagef("-time-layout: %w", err)
	}
	if o.Delimiter != "" {
		if _, err := importer.ParseDelimiter(o.Delimiter); err != nil {
			return cli.Usagef("-delimiter: %w", err)
		}
	}
	var parts []*part
	defer func() {
		for _, p := range parts {
			p.file.Cleanup()
		}
	}()
	names := map[string]string{}
	for _, src := range o.imports {
		name := safeName(src)
		if other, taken := names[name]; taken {
			return cli.Usagef("-import: both %s and %s would be the dataset %q", shown(other), shown(src), name)
		}
		names[name] = src
		outputs := []string{filepath.Join(o.out, "train", name+".csv"), filepath.Join(o.out, "test", name+".csv")}
		if err := artifact.CheckOutputs(outputs, []string{src}); err != nil {
			return cli.Usagef("%w", err)
		}
	}
	hashes := map[[32]byte]string{}
	rows, size := 0, 0
	for _, src := range o.imports {
		content, err := fetch(ctx, o, src, stdin)
		if err != nil {
			return err
		}
		t, err := importer.Read(shown(src), content, o.Options)
		if err != nil {
			return err
		}
		for _, note := range t.Notes {
			o.Logf("%s: %s", shown(src), note)
		}
		sum := sha256.Sum256(content)
		if other, twice := hashes[sum]; twice {
			return fmt.Errorf("%s: has the very bytes of %s; import it once", shown(src), shown(other))
		}
		hashes[sum] = src
		name := safeName(src)
		train, test := split(len(t.Rows), o.test)
		if train == 0 || test == 0 && o.test > 0 {
			return fmt.Errorf("%s: its %d rows leave %d to train and %d to test", shown(src), len(t.Rows), train, test)
		}
		for _, which := range []struct {
			part     string
			from, to int
		}{{"train", 0, train}, {"test", train, train + test}} {
			if which.from == which.to {
				continue
			}
			p, err := importPart(o.out, which.part, name, t, which.from, which.to)
			if p != nil && p.file != nil {
				parts = append(parts, p)
			}
			if err != nil {
				return err
			}
		}
		rows, size = rows+len(t.Rows), size+len(content)
	}
	if err := publish(ctx, o, &dataset.Manifest{Columns: dataset.Columns{
		Time: o.Time, Target: o.Target, Categories: []string{}}}, parts); err != nil {
		return err
	}
	o.Logf("%d datasets of %d rows; %s in %s → %s", len(o.imports), rows, cli.Megabytes(int64(size)), o.Took(), o.out)
	return nil
}

// importPart writes rows from to to (not included) of a cleaned source.
func importPart(dir, which, name string, t *importer.Table, from, to int) (*part, error) {
	p, err := newPart(dir, which, name, t.Columns)
	if err != nil {
		return p, err
	}
	var b []byte
	for _, row := range t.Rows[from:to] {
		b = table.AppendRecord(b, row...)
	}
	if err := p.add(b, to-from, t.Times[from], t.Times[to-1]); err != nil {
		return p, err
	}
	return p, p.finish()
}

// safeName is the dataset name of a source, fit to be a file's name.
func safeName(src string) string {
	if u, ok := httpURL(src); ok {
		src = path.Base(u.Path)
	}
	name := dataset.Name(src)
	for _, ext := range []string{".tsv", ".txt", ".dat"} {
		name = strings.TrimSuffix(name, ext)
	}
	name = strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(" ._-+", r) {
			return r
		}
		return '_'
	}, name)
	if name = strings.TrimLeft(name, ". "); name == "" {
		return "import"
	}
	return strings.ToValidUTF8(name[:min(len(name), 200)], "")
}

// shown is a source as it may be seen: without the name and password in a URL.
func shown(src string) string {
	u, err := url.Parse(src)
	if err != nil || u.User == nil {
		if scheme, rest, found := strings.Cut(src, "://"); found && strings.Contains(rest, "@") {
			return scheme + "://xxxxx@" + rest[strings.LastIndex(rest, "@")+1:]
		}
		return src
	}
	u.User = url.User("xxxxx")
	return u.String()
}

func httpURL(src string) (*url.URL, bool) {
	u, err := url.Parse(src)
	return u, err == nil && slices.Contains([]string{"http", "https"}, strings.ToLower(u.Scheme))
}

// fetch returns the content of a source, checked and uncompressed.
func fetch(ctx context.Context, o *options, src string, stdin io.Reader) ([]byte, error) {
	r := io.NopCloser(stdin)
	size := int64(-1)
	if _, ok := httpURL(src); ok {
		ctx, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		answer, err := get(ctx, src)
		if err != nil {
			return nil, err
		}
		r, size = answer.Body, answer.ContentLength
	} else if strings.Contains(src, "://") {
		return nil, cli.Usagef("-import %s: only http and https URLs can be fetched", shown(src))
	} else if src != "-" {
		f, err := os.Open(src)
		if err != nil {
			return nil, err
		}
		r = f
	}
	defer r.Close()
	bar := o.Progress(size, shown(src))
	content, err := readAll(r, maxImport, bar.Add)
	bar.Clear()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", shown(src), err)
	}
	if sum := sha256.Sum256(content); o.sha256 != "" && !strings.EqualFold(hex.EncodeToString(sum[:]), o.sha256) {
		return nil, fmt.Errorf("%s: its SHA-256 is %x, not %s", shown(src), sum, o.sha256)
	}
	if bytes.HasPrefix(content, []byte("\x1f\x8b")) {
		z, err := gzip.NewReader(bytes.NewReader(content))
		if err == nil {
			content, err = readAll(z, min(maxImport, mostRatio*len(content)+1<<20), func(int) {})
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", shown(src), err)
		}
	}
	return content, ctx.Err()
}

// get asks for a URL.
func get(ctx context.Context, src string) (*http.Response, error) {
	client := http.Client{
		Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, DisableCompression: true,
			ResponseHeaderTimeout: patience, TLSHandshakeTimeout: patience},
		CheckRedirect: func(_ *http.Request, via []*http.Request) error {
			if len(via) > maxRedirects {
				return fmt.Errorf("more than %d redirects", maxRedirects)
			}
			return nil
		},
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, src, nil)
	if err != nil {
		return nil, err
	}
	answer, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		answer.Body.Close()
		return nil, fmt.Errorf("%s: the server answers %s", shown(src), answer.Status)
	}
	return answer, nil
}

// readAll reads up to the cap.
func readAll(r io.Reader, limit int, move func(int)) ([]byte, error) {
	var b bytes.Buffer
	for b.Len() <= limit {
		n, err := io.CopyN(&b, r, int64(min(1<<20, limit+1-b.Len())))
		move(int(n))
		if err == io.EOF {
			return b.Bytes(), nil
		}
		if err != nil {
			return nil, err
		}
	}
	return nil, fmt.Errorf("has more than %d MiB, too many for -import, which holds a file in memory; split it",
		limit>>20)
}
