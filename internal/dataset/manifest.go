package dataset

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"mlpipeline/internal/artifact"
)

// ManifestKind is the format of manifest.json.
var ManifestKind = artifact.Kind{Format: "manifest", Version: 4, Program: "data_creation"}

// Manifest lists the files that data_creation wrote and what it knows of them.
type Manifest struct {
	artifact.Header
	Seed *uint64 `json:"seed"` // null for imported data
	Columns
	Split    *Split  `json:"split,omitempty"`  // of rows without a time
	Import   *Import `json:"import,omitempty"` // of imported data
	Datasets []Entry `json:"datasets"`

	path   string // where it was read
	byPath map[string]int
}

// Columns says what the columns of the files are.
type Columns struct {
	Time       string   `json:"time"` // "" for none
	Target     string   `json:"target"`
	Categories []string `json:"categories"` // hold text, or codes that are no numbers
}

// Split says how rows without a time were divided: a row is tested if the 64-bit
// hash of its cells, or of its key's, salted with the seed, is below Test·2⁶⁴.
type Split struct {
	Seed uint64  `json:"seed"`
	Test float64 `json:"test"`
	Key  string  `json:"key"` // a column; "" for all cells
}

// Import says where imported data are from.
type Import struct {
	Command string   `json:"command"` // that repeats it without a guess
	Sources []Source `json:"sources"`
}

// Source is one imported source.
type Source struct {
	Name    string         `json:"name"`
	Rows    int64          `json:"rows"`
	Columns []SourceColumn `json:"columns"`
}

// SourceColumn is a column of a source, and what became of it.
type SourceColumn struct {
	Name    string `json:"name"`
	Kind    string `json:"kind"`
	Missing int64  `json:"missing"` // cells
}

// Entry is one file.
type Entry struct {
	Name  string `json:"name"`
	Part  string `json:"part"` // train or test
	Path  string `json:"path"` // from the manifest's folder, with slashes
	Rows  int64  `json:"rows"`
	First Time   `json:"first"`
	Last  Time   `json:"last"`
	XXH64 string `json:"xxh64"`
	Truth *Truth `json:"truth,omitempty"` // of synthetic data
}

// Inside reports whether the entry's path is where its file was written, and
// nowhere else.
func (e *Entry) Inside() bool {
	return (e.Part == "train" || e.Part == "test") && e.Path == e.Part+"/"+e.Name+".csv" &&
		!strings.ContainsAny(e.Name, `/\`)
}

// Truth is what is known of synthetic data.
type Truth struct {
	// Coefficients of the process by the names of the columns of X, in °C per
	// unit of the column.
	Coefficients map[string]float64 `json:"coefficients"`
	NoiseStd     float64            `json:"noise_std"` // σ of the sensor noise, °C
	// IrreducibleVariance is what a linear model on Features leaves
	// unexplained however many rows it learns from, °C².
	IrreducibleVariance float64  `json:"irreducible_variance"`
	Features            []string `json:"features"`
	AnomalousRows       int64    `json:"anomalous_rows"` // how many
	Log                 Log      `json:"log"`
}

// Log is the log that a file is a part of. Which of its rows are anomalous
// follows from it and the manifest's seed (weather.Settings.Anomalous).
type Log struct {
	Scenario string `json:"scenario"`
	Station  int    `json:"station"`
	Step     string `json:"step"` // as time.Duration is written
	Train    int    `json:"train_rows"`
	Test     int    `json:"test_rows"` // behind the others
}

// Manifests are the manifests of some files, with the truth of these alone: for a
// file in a folder of DIR, such as DIR/train, that is DIR/manifest.json, along the
// path that was given or, if there is none, where its symbolic links lead.
type Manifests struct {
	folders map[string]*folder // by the path of the folder that the files are in
	names   map[string]bool    // of the files, as datasets
}

// folder is a folder of files and the manifest above it.
type folder struct {
	manifest *Manifest // nil if there is none
	path     string    // of the manifest
	part     string    // what the manifest calls the folder
}

// Beside reads the manifests of files, and of folders which the files in them
// were taken from: all files that a manifest lists in such a folder must be
// there.
func Beside(files, folders []string) (*Manifests, error) {
	ms := &Manifests{folders: map[string]*folder{}, names: map[string]bool{}}
	for _, file := range files {
		ms.names[Name(file)] = true
	}
	for _, file := range files {
		if _, _, err := ms.find(file); err != nil {
			return nil, err
		}
	}
	for _, dir := range folders {
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			continue
		}
		f, _, err := ms.find(filepath.Join(dir, "*"))
		if err != nil {
			return nil, err
		}
		if f.manifest == nil {
			continue
		}
		for _, e := range f.manifest.Datasets {
			name, here := strings.CutPrefix(e.Path, f.part+"/")
			if !here {
				continue
			}
			path := filepath.Join(dir, name)
			there := func(packed string) bool { return exists(path + packed) }
			if !exists(path) && !slices.ContainsFunc(Packed, there) {
				return nil, fmt.Errorf("%s: %s lists this file and it is not there; run %s again",
					path, f.path, ManifestKind.Program)
			}
		}
	}
	return ms, nil
}

// Look finds the manifests beside more files, of which no more than where these lie
// matters: they are not to be overwritten.
func (ms *Manifests) Look(files []string) error {
	for _, file := range files {
		if dir := filepath.Dir(file); ms.folders[dir] == nil {
			if _, _, err := ms.find(filepath.Join(dir, "*")); err != nil {
				return err
			}
		}
	}
	return nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// find returns the folder of a file, and the file's name in it.
func (ms *Manifests) find(file string) (*folder, string, error) {
	if file == "-" {
		return new(folder), "", nil
	}
	f, err := ms.read(filepath.Dir(file))
	if err != nil || f.manifest != nil {
		return f, filepath.Base(file), err
	}
	// Where its links lead: its own, or those of its folder, which may be how the
	// working directory was entered.
	abs, err := filepath.Abs(file)
	if err != nil {
		return nil, "", err
	}
	dir, name := filepath.Split(abs)
	if real, err := filepath.EvalSymlinks(abs); err == nil {
		dir, name = filepath.Split(real)
	} else if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real
	}
	f, err = ms.read(filepath.Clean(dir))
	return f, name, err
}

// read reads the manifest above a folder. A file of its name that is not one of
// ours is none of our business.
func (ms *Manifests) read(dir string) (*folder, error) {
	if f, ok := ms.folders[dir]; ok {
		return f, nil
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	f := &folder{path: filepath.Join(dir, "..", "manifest.json"), part: filepath.Base(abs)}
	if filepath.Base(dir) == ".." || dir == "." {
		f.path = filepath.Join(filepath.Dir(abs), "manifest.json")
	}
	m := new(Manifest)
	if info, statErr := os.Stat(f.path); statErr == nil && !info.Mode().IsRegular() {
		err = artifact.ErrForeign
	} else {
		err = ms.decode(f.path, m)
	}
	switch {
	case err == nil:
		f.manifest, m.path = m, f.path
		m.byPath = make(map[string]int, len(m.Datasets))
		for i, e := range m.Datasets {
			m.byPath[e.Path] = i
		}
	case !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, artifact.ErrForeign):
		return nil, err
	}
	ms.folders[dir] = f
	return f, nil
}

// decode reads a manifest. The truth of ten thousand files takes a hundred megabytes.
func (ms *Manifests) decode(path string, m *Manifest) error {
	var without struct {
		*Manifest
		Datasets []struct {
			Entry
			Truth json.RawMessage `json:"truth"`
		} `json:"datasets"`
	}
	without.Manifest = m
	if err := ManifestKind.ReadJSON(path, &without); err != nil {
		return err
	}
	for _, e := range without.Datasets {
		if ms.names[e.Name] && e.Truth != nil && json.Unmarshal(e.Truth, &e.Entry.Truth) != nil {
			return fmt.Errorf("%s: %q has a truth that is none; run %s again", path, e.Name, ManifestKind.Program)
		}
		m.Datasets = append(m.Datasets, e.Entry)
	}
	return nil
}

// Paths returns the paths of the manifests there are.
func (ms *Manifests) Paths() (paths []string) {
	for _, dir := range slices.Sorted(maps.Keys(ms.folders)) {
		if f := ms.folders[dir]; f.manifest != nil {
			paths = append(paths, f.path)
		}
	}
	return paths
}

// Columns returns the columns that the manifests agree on, nil if there is no
// manifest.
func (ms *Manifests) Columns() (*Columns, error) {
	var columns *Columns
	for _, dir := range slices.Sorted(maps.Keys(ms.folders)) {
		m := ms.folders[dir].manifest
		if m != nil && columns != nil && !reflect.DeepEqual(*columns, m.Columns) {
			return nil, fmt.Errorf("%s names other columns than another manifest; use -target and -time",
				ms.folders[dir].path)
		}
		if m != nil {
			columns = &m.Columns
		}
	}
	return columns, nil
}

// Entry returns the entry of a file and the manifest that it stands in, nil if
// there is none. A file may have been compressed since: hashes are of what it holds.
func (ms *Manifests) Entry(file string) (*Entry, *Manifest) {
	f, name, err := ms.find(file)
	if err != nil || f.manifest == nil {
		return nil, nil
	}
	i, ok := f.manifest.byPath[f.part+"/"+Unpacked(name)]
	if !ok {
		return nil, nil
	}
	return &f.manifest.Datasets[i], f.manifest
}

// Verify reports a file that a manifest lists but that is not what it was.
func (ms *Manifests) Verify(file string, id ID) error {
	if e, m := ms.Entry(file); e != nil && e.XXH64 != id.XXH64 {
		return fmt.Errorf("%s: is not what %s lists; run %s again, or move your own file to another name",
			file, m.path, ManifestKind.Program)
	}
	return nil
}

// Apart reports whether a file holds the test rows of a split by hash, and all of
// the others the rows of the other side: no row is in both.
func (ms *Manifests) Apart(file string, others []ID) bool {
	e, m := ms.Entry(file)
	if e == nil || m.Split == nil || e.Part != "test" {
		return false
	}
	train := map[string]bool{}
	for _, other := range m.Datasets {
		if other.Part == "train" {
			train[other.XXH64] = true
		}
	}
	return !slices.ContainsFunc(others, func(id ID) bool { return !train[id.XXH64] })
}

// CheckOutputs refuses outputs that would overwrite what is not theirs: see
// artifact.CheckOutputs; nor what a manifest beside them lists.
func CheckOutputs(outputs []artifact.Output, inputs []string) error {
	manifests := &Manifests{folders: map[string]*folder{}}
	for _, out := range outputs {
		if out.Path == "" || out.What == "" {
			continue
		}
		if _, _, err := manifests.find(out.Path); err != nil {
			return err
		}
		if _, m := manifests.Entry(out.Path); m != nil {
			return fmt.Errorf("%s would be overwritten, and %s lists it; name another file", out.Path, m.path)
		}
	}
	return artifact.CheckOutputs(outputs, inputs)
}
