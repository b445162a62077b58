package dataset

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

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
	byPath map[string]*Entry
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
	Test float64 `json:"test" range:"0,1"`
	Key  string  `json:"key"` // a column; "" for all cells
}

// Import says where imported data are from.
type Import struct {
	Command string   `json:"command"`        // that repeats it without a guess
	Zone    string   `json:"zone,omitempty"` // where times that had none hold; "" for UTC
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

	Unit   string   `json:"unit,omitempty"`   // that was taken off its numbers
	Levels []string `json:"levels,omitempty"` // of a category with few
}

// Entry is one file.
type Entry struct {
	Name  string `json:"name"`
	Part  string `json:"part"`                // train or test
	Path  string `json:"path"`                // from the manifest's folder, with slashes
	Rows  int64  `json:"rows" range:"1,3e14"` // sums over all files are numbers yet
	First Time   `json:"first"`
	Last  Time   `json:"last"`
	XXH64 string `json:"xxh64"`
	Truth *Truth `json:"truth,omitempty"` // of synthetic data
}

// inside reports whether the entry's path is where its file was written, and
// nowhere else.
func (e *Entry) inside() bool {
	return (e.Part == "train" || e.Part == "test") && e.Path == e.Part+"/"+e.Name+".csv" &&
		!strings.ContainsAny(e.Name, `/\`)
}

// Truth is what is known of synthetic data.
type Truth struct {
	// Coefficients of the process by the names of the columns of X, in °C per
	// unit of the column.
	Coefficients map[string]float64 `json:"coefficients"`
	NoiseStd     float64            `json:"noise_std" range:"0,1e9"` // σ of the sensor noise, °C
	// IrreducibleVariance is what a linear model on Features leaves
	// unexplained however many rows it learns from, °C².
	IrreducibleVariance float64  `json:"irreducible_variance" range:"0,1e9"`
	Features            []string `json:"features"`
	AnomalousRows       int64    `json:"anomalous_rows" range:"0,"` // how many
	Log                 Log      `json:"log"`
}

// Log is the log that a file is a part of. Which of its rows are anomalous
// follows from it and the manifest's seed (weather.Settings.Anomalous).
type Log struct {
	Scenario string `json:"scenario"`
	Station  int    `json:"station" range:"1,"`
	Step     string `json:"step"` // as time.Duration is written
	Train    int    `json:"train_rows" range:"0,3e14"`
	Test     int    `json:"test_rows" range:"0,3e14"` // after the others
}

// ReadManifest reads a manifest, with the truth of datasets of some names alone: that of
// ten thousand files takes a hundred megabytes.
func ReadManifest(path string, names map[string]bool) (*Manifest, error) {
	m := &Manifest{path: path, byPath: map[string]*Entry{}}
	without := struct {
		*Manifest
		Datasets []struct {
			Entry
			Truth json.RawMessage `json:"truth"`
		} `json:"datasets"`
	}{Manifest: m}
	if err := ManifestKind.ReadJSON(path, &without); err != nil {
		return nil, err
	}
	m.Datasets = make([]Entry, len(without.Datasets))
	err := m.check()
	for i := range without.Datasets {
		e := &m.Datasets[i]
		*e = without.Datasets[i].Entry
		if truth := without.Datasets[i].Truth; truth != nil && names[e.Name] {
			err = errors.Join(err, json.Unmarshal(truth, &e.Truth))
		}
		if m.byPath[e.Path] != nil {
			err = fmt.Errorf("%s is listed twice", e.Path)
		}
		m.byPath[e.Path] = e
		if err == nil {
			err = e.check(m)
		}
		if err != nil {
			break
		}
	}
	if err != nil {
		return nil, fmt.Errorf("%s: is not a manifest: %w; run %s again", path, err, ManifestKind.Program)
	}
	return m, nil
}

// check reports what no run can have written besides the list of files.
func (m *Manifest) check() error {
	switch {
	case len(m.Datasets) == 0:
		return errors.New("it lists no file")
	case (m.Seed == nil) != (m.Import != nil):
		return errors.New("its data are neither simulated nor imported")
	case m.Time != "" && m.Time == m.Target:
		return fmt.Errorf("%q is both its time and its target", m.Time)
	case m.Split != nil && artifact.Impossible(m.Split, 1) != "":
		return fmt.Errorf("a share of %v is tested", m.Split.Test)
	}
	return nil
}

// check reports what no run can have written of a file.
func (e *Entry) check(m *Manifest) error {
	timed := e.First != NoTime
	switch what := artifact.Impossible(*e, math.MaxFloat64); {
	case what != "":
		return fmt.Errorf("%s has impossible %s", e.Path, what)
	case !e.inside():
		return fmt.Errorf("it lists a file %q", e.Path)
	case timed != (e.Last != NoTime) || e.First > e.Last || timed && m.Time == "":
		return fmt.Errorf("%s has times from %v to %v", e.Path, e.First, e.Last)
	case len(e.XXH64) != 16 || strings.Trim(e.XXH64, "0123456789abcdef") != "":
		return fmt.Errorf("%s has the hash %.20q", e.Path, e.XXH64)
	case e.Truth == nil:
		return nil
	}
	log := e.Truth.Log
	step, err := time.ParseDuration(log.Step)
	if err != nil || step < time.Minute || step > 24*time.Hour || m.Seed == nil || e.Truth.AnomalousRows > e.Rows ||
		int64(map[string]int{"train": log.Train, "test": log.Test}[e.Part]) != e.Rows {
		return fmt.Errorf("%s has %d rows, %d of them anomalous, of the log %+v", e.Path, e.Rows, e.Truth.AnomalousRows, log)
	}
	return nil
}
