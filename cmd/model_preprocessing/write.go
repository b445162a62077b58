package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"mlpipeline/internal/artifact"
	"mlpipeline/internal/design"
	"mlpipeline/internal/scaler"
	"mlpipeline/internal/table"
)

// writeScaled writes the scaled rows: the time, the columns of X, the target.
// The files are finished but not committed, also when there is an error.
func writeScaled(ctx context.Context, o *options, s *scaler.Scaler, files []*table.File) (scaled []*artifact.File,
	err error) {
	header := append(slices.Clone(s.FeatureNamesOut), o.Target)
	if o.Time != "" {
		header = append([]string{o.Time}, header...)
	}
	paths, err := scaledPaths(o.write, files)
	if err != nil {
		return nil, err
	}
	p := len(s.FeatureNamesOut)
	scan := design.Scan[[]byte]{
		Design: &o.Design, Workers: o.Workers,
		Work: func(r *design.Rows) ([]byte, error) {
			z := make([]float64, r.N*p)
			s.Standardize(z, p, r, 0, r.N)
			var b []byte
			for i := range r.N {
				if o.Time != "" {
					b = append(r.Times[i].Append(b), ',')
				}
				for _, v := range z[i*p : (i+1)*p] {
					b = append(table.AppendFloat(b, v), ',')
				}
				b = append(table.AppendFloat(b, r.Y[i]), '\n')
			}
			return b, nil
		},
	}
	var out *artifact.File
	for part, err := range scan.Parts(ctx, files) {
		if err != nil {
			return scaled, err
		}
		if out == nil {
			if out, err = artifact.Create(paths[part.File]); err != nil {
				return scaled, err
			}
			scaled = append(scaled, out)
			if _, err := out.Write(table.AppendRecord(nil, header...)); err != nil {
				return scaled, err
			}
		}
		if _, err := out.Write(part.Result); err != nil {
			return scaled, err
		}
		if part.End == nil {
			continue
		}
		if d := s.Datasets[part.File]; d.XXH64 != part.End.XXH64 {
			return scaled, fmt.Errorf("%s: changed while it was read", files[part.File].Path)
		}
		if err := out.Finish(); err != nil {
			return scaled, err
		}
		out = nil
	}
	return scaled, nil
}

// listing is DIR/scaled.json: the files that -write made in DIR, which it may
// overwrite.
type listing struct {
	artifact.Header
	Files []string `json:"files"`
}

var listingKind = artifact.Kind{Format: "list of scaled rows", Version: 1, Program: "model_preprocessing"}

// scaledPaths returns where the scaled rows of the files go: NAME.csv in dir,
// which must be no other file and no two files' place. It lists them in dir.
func scaledPaths(dir string, files []*table.File) ([]string, error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	list := filepath.Join(dir, "scaled.json")
	var old listing
	if err := listingKind.ReadJSON(list, &old); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("-write: %w, or use another folder", err)
	}
	made := listing{Files: slices.Clone(old.Files)}
	paths := make([]string, len(files))
	for i, f := range files {
		name := f.Name + ".csv"
		paths[i] = filepath.Join(dir, name)
		if i > 0 && files[i-1].Name == f.Name {
			return nil, fmt.Errorf("-write: both %s and %s would be %s", files[i-1].Path, f.Path, paths[i])
		}
		if _, err := os.Lstat(paths[i]); err == nil && !slices.Contains(old.Files, name) {
			return nil, fmt.Errorf("-write would overwrite %s, which it did not make; move it away or use another folder", paths[i])
		}
		made.Files = append(made.Files, name)
	}
	slices.Sort(made.Files)
	made.Files = slices.Compact(made.Files)
	return paths, listingKind.WriteJSON(list, &made)
}
