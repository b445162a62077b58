package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"unicode"

	"mlpipeline/internal/artifact"
	"mlpipeline/internal/cli"
	"mlpipeline/internal/dataset"
	"mlpipeline/internal/design"
	"mlpipeline/internal/importer"
	"mlpipeline/internal/origin"
	"mlpipeline/internal/times"
)

// importFlags defines the flags that go with -import.
func importFlags(o *options) {
	o.Func("import", "", func(s string) error {
		o.imports = append(o.imports, s)
		return nil
	})
	o.StringVar(&o.Target, "target", "temperature", "")
	o.Func("time", "", func(s string) error {
		o.Time = &s
		return nil
	})
	o.StringVar(&o.By, "by", "", "")
	o.StringVar(&o.SplitKey, "split-key", "", "")
	list := func(name string, to *[]string) {
		o.Func(name, "", func(s string) (err error) {
			*to, err = design.ParseList(s)
			return err
		})
	}
	list("category", &o.Category)
	list("number", &o.Number)
	list("drop", &o.Drop)
	list("missing", &o.Missing)
	o.StringVar(&o.like, "like", "", "")
	o.StringVar(&o.rejects, "rejects", "", "")
	o.StringVar(&o.sha256, "sha256", "", "")
	formatFlags(o)
}

// formatFlags defines the flags that say how sources are written.
func formatFlags(o *options) {
	guessed := func(name string, read func(string) error) { // where it is ''
		o.Func(name, "", func(s string) error {
			if s == "" {
				return nil
			}
			return read(s)
		})
	}
	guessed("delimiter", func(s string) (err error) {
		o.Delimiter, err = importer.ParseDelimiter(s)
		return err
	})
	guessed("encoding", func(s string) error {
		o.Encoding = s
		_, err := origin.ParseEncoding(s)
		return err
	})
	o.Func("decimal", "", func(s string) error {
		column, sign := "", s
		if i := strings.LastIndexByte(s, '='); i >= 0 {
			column, sign = s[:i], s[i+1:]
		}
		if sign != "." && sign != "," {
			return errors.New("is neither . nor , nor COLUMN=. nor COLUMN=,")
		}
		if o.Decimal == nil {
			o.Decimal = map[string]string{}
		}
		o.Decimal[column] = sign
		return nil
	})
	guessed("time-layout", func(s string) error {
		o.Layout = s
		_, err := times.Parse(s)
		return err
	})
	o.Func("zone", "", func(s string) (err error) {
		o.Zone, err = times.ParseZone(s)
		return err
	})
	o.IntVar(&o.Skip, "skip", 0, "")
	o.BoolFunc("header", "", func(s string) error {
		v, err := strconv.ParseBool(s)
		if o.Header = &v; err != nil {
			return errors.New("is neither true nor false")
		}
		return nil
	})
}

// simulationOnly are the flags that do not go with -import, and importOnly those that need it.
var simulationOnly = []string{"rows", "step", "start", "scenarios", "stations"}

var importOnly = []string{"time", "target", "by", "split-key", "category", "number", "drop", "missing", "delimiter",
	"encoding", "decimal", "time-layout", "zone", "skip", "header", "rejects", "sha256", "like"}

// refuse reports the first of some flags that is set.
func (o *options) refuse(flags []string, why string) error {
	for _, name := range flags {
		if o.IsSet(name) {
			return cli.Usagef("-%s %s", name, why)
		}
	}
	return nil
}

// checkImport reports what of the command line does not go together.
func checkImport(o *options) error {
	if err := o.refuse(simulationOnly, "does not go with -import"); err != nil {
		return err
	}
	switch {
	case o.sha256 != "" && (len(o.sha256) != 64 || len(o.imports) > 1):
		return cli.Usagef("-sha256 takes 64 hexadecimal digits and one -import")
	case o.Time != nil && *o.Time == o.Target && o.Target != "":
		return cli.Usagef("%q cannot be both the target and the time column", o.Target)
	case o.SplitKey != "" && o.Time != nil && *o.Time != "":
		return cli.Usagef("-split-key is for rows without a time; those of -time %s are split in time", *o.Time)
	case o.Skip < 0:
		return cli.Usagef("-skip %d is below 0", o.Skip)
	}
	if err := checkKinds(o); err != nil {
		return err
	}
	if err := checkSources(o); err != nil {
		return err
	}
	_, _, err := checkOld(o) // again when all is read: it may be another by then
	return err
}

// checkKinds reports a column that two flags name.
func checkKinds(o *options) error {
	kinds := map[string]string{o.Target: "target"}
	for _, list := range []struct {
		flag    string
		columns []string
	}{{"category", o.Category}, {"number", o.Number}, {"drop", o.Drop}} {
		for _, column := range list.columns {
			if other, twice := kinds[column]; twice && !(other == "target" && list.flag == "number") {
				return cli.Usagef("column %q is named by both -%s and -%s", column, other, list.flag)
			}
			kinds[column] = list.flag
		}
	}
	return nil
}

// checkSources reports sources that cannot be opened, or not beside each other.
func checkSources(o *options) error {
	names := map[string]string{}
	for _, src := range o.imports {
		if err := origin.Check(src); err != nil {
			return cli.Usagef("-import %w", err)
		}
		name := o.datasetName(src)
		if other, taken := names[name]; taken {
			return cli.Usagef("-import: both %s and %s would be the dataset %q", origin.Shown(other),
				origin.Shown(src), name)
		}
		names[name] = src
		outputs := []artifact.Output{artifact.Listed(filepath.Join(o.out, "train", name+".csv")),
			artifact.Listed(filepath.Join(o.out, "test", name+".csv"))}
		if err := dataset.CheckOutputs(outputs, []string{src}); err != nil {
			return cli.Usagef("%w", err)
		}
	}
	return nil
}

// rejectsHeader begins the file of -rejects.
const rejectsHeader = "source,line,column,value,reason\n"

// importAll profiles every source, decides what the columns are, and converts and
// splits the rows.
func importAll(ctx context.Context, o *options, stdin io.Reader) error {
	if o.like != "" {
		if err := readLike(o); err != nil {
			return err
		}
	}
	if err := checkImport(o); err != nil {
		return err
	}
	tables, err := profile(ctx, o, stdin)
	defer func() {
		for _, t := range tables {
			t.Close()
		}
	}()
	if err != nil {
		return err
	}
	if o.like != "" && o.Target == "" && !o.IsSet("test") { // rows to be predicted
		o.test = 1
	}
	if err := importer.Decide(tables, &o.Options); err != nil {
		return err
	}
	return convert(ctx, o, tables)
}

// convert converts the tables, splits their rows, and publishes them.
func convert(ctx context.Context, o *options, tables []*importer.Table) (err error) {
	w := &writer{options: o, names: map[string]string{}}
	defer w.cleanup()
	if o.rejects != "" {
		if w.rejects, err = artifact.Create(o.rejects); err == nil {
			_, err = w.rejects.Write([]byte(rejectsHeader))
		}
		if err != nil {
			return err
		}
	}
	var size int64
	for i, t := range tables {
		if err := w.write(ctx, t, o.datasetName(o.imports[i])); err != nil {
			return err
		}
		size += t.Size
	}
	command, guessed := repeat(o, tables)
	exactly := "without a guess"
	if guessed {
		exactly = "(not without a guess: the sources are written differently)"
	}
	m := manifest(o, tables, command)
	if err := publish(ctx, o, m, w.parts, w.rejects); err != nil {
		return err
	}
	o.Logf("%s of %s, %d to train and %d to test (%.3g %%, asked for %.3g %%); %s in %s → %s",
		cli.Plural(w.datasets, "dataset", "datasets"), cli.Plural(w.trained+w.tested, "row", "rows"), w.trained, w.tested,
		100*w.share(), 100*o.test, cli.Megabytes(size), o.Took(), o.out)
	o.Logf("to repeat this %s: %s", exactly, command)
	return nil
}

// profile opens and profiles the sources. Those that it returns are to be closed.
func profile(ctx context.Context, o *options, stdin io.Reader) (tables []*importer.Table, err error) {
	seen := map[uint64]string{}
	for _, src := range o.imports {
		s, err := origin.Open(ctx, src, o.out, o.sha256, stdin)
		if err != nil {
			return tables, err
		}
		bar := o.Progress(s.Size, cli.Bytes, s.Name)
		t, err := importer.Profile(ctx, s, &o.Options, o.Workers, bar.Add)
		bar.Clear()
		if err != nil {
			s.Close()
			return tables, err
		}
		tables = append(tables, t)
		if other, twice := seen[t.Hash]; twice {
			return tables, fmt.Errorf("%s: has the very rows of %s; import it once", t.Name, other)
		}
		seen[t.Hash] = t.Name
	}
	return tables, nil
}

// manifest says what the files are.
func manifest(o *options, tables []*importer.Table, command string) *dataset.Manifest {
	m := &dataset.Manifest{Columns: dataset.Columns{Target: o.Target, Categories: []string{}},
		Import: &dataset.Import{Command: command}}
	if o.Zone != nil {
		m.Import.Zone = o.Zone.String()
	}
	m.Categories = append(m.Categories, columnLists(o, tables)["category"]...)
	for _, t := range tables {
		source := dataset.Source{Name: t.Name, Rows: t.Rows()}
		for j := range t.Header {
			source.Columns = append(source.Columns, t.Known(j))
		}
		m.Import.Sources = append(m.Import.Sources, source)
		if t.Time != nil {
			m.Time = t.Time.Name
		} else {
			m.Split = &dataset.Split{Seed: o.seed, Test: o.test, Key: o.SplitKey}
		}
	}
	return m
}

// datasetName is that of a source: its own, or the one that it goes on with.
func (o *options) datasetName(src string) string {
	if o.name != "" {
		return o.name
	}
	return safeName(src)
}

// safeName is the dataset name of a source, fit to be a file's name.
func safeName(src string) string {
	if u, err := url.Parse(src); err == nil && (u.Scheme == "http" || u.Scheme == "https") {
		src = path.Base(u.Path)
	}
	name := dataset.Name(src)
	for _, ext := range []string{".zip", ".csv", ".tsv", ".txt", ".dat"} {
		name = strings.TrimSuffix(name, ext)
	}
	return safe(name)
}

// safe makes a name fit to be a file's.
func safe(name string) string {
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
