package main

import (
	"io"
	"path/filepath"

	"mlpipeline/internal/cli"
	"mlpipeline/internal/dataset"
	"mlpipeline/internal/table"
)

// readLike takes over what the import of a manifest found out of its columns, where no flag
// says otherwise, and the name of its dataset.
func readLike(o *options) error {
	m, err := dataset.ReadManifest(o.like, nil)
	switch {
	case err != nil:
		return err
	case len(o.imports) > 1:
		return cli.Usagef("-like takes one -import")
	case m.Import == nil:
		return cli.Usagef("-like %s: is of a simulation; it takes the manifest of an import", o.like)
	case filepath.Clean(o.out) == filepath.Dir(filepath.Clean(o.like)):
		return cli.Usagef("-like: -out names another folder than %s for the new rows; those that are there would be removed",
			o.out)
	}
	old := options{Program: cli.New("data_creation", source, io.Discard, io.Discard)}
	old.String("out", "", "")
	old.Uint64("seed", 0, "")
	old.Float64("test", 0, "")
	importFlags(&old)
	if words := table.ShellWords(m.Import.Command); len(words) == 0 || old.FlagSet.Parse(words[1:]) != nil {
		return cli.Usagef("-like %s: the command of its import is none: %s", o.like, m.Import.Command)
	}
	for name, take := range map[string]func(){
		"target": func() { o.Target = old.Target }, "time": func() { o.Time = old.Time },
		"by": func() { o.By = old.By }, "split-key": func() { o.SplitKey = old.SplitKey },
		"category": func() { o.Category = old.Category }, "number": func() { o.Number = old.Number },
		"drop": func() { o.Drop = old.Drop }, "missing": func() { o.Missing = old.Missing },
		"decimal": func() { o.Usual.Decimal = old.Decimal }, "time-layout": func() { o.Usual.Layout = old.Layout },
		"zone": func() { o.Zone = old.Zone },
	} {
		if old.IsSet(name) && !o.IsSet(name) {
			take()
		}
	}
	o.Known = map[string]dataset.SourceColumn{}
	for _, s := range m.Import.Sources {
		for _, c := range s.Columns {
			o.Known[c.Name] = c
		}
	}
	if len(m.Import.Sources) == 1 {
		o.name = safeName(m.Import.Sources[0].Name)
	}
	return nil
}
