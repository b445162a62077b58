package metrics

import (
	"errors"
	"fmt"
	"slices"

	"mlpipeline/internal/artifact"
	"mlpipeline/internal/dataset"
	"mlpipeline/internal/design"
)

// Report is metrics.json: the figures over all test files and of each.
type Report struct {
	artifact.Header
	Part   *dataset.Part `json:"part,omitempty"` // with it there are only the datasets
	Scaler string        `json:"scaler_fingerprint"`
	Model  string        `json:"model_fingerprint"`
	Figures
	Diagnostics Diagnostics  `json:"diagnostics"`
	Unscored    dataset.Left `json:"unscored"`
	Unseen      int64        `json:"unseen_levels"`          // cells of a level that training has not
	UnseenNames []string     `json:"unseen_names,omitempty"` // the first of these levels, as column=level
	Datasets    []Dataset    `json:"datasets"`               // in the order of dataset.Compare
}

// Dataset is one test file. Where the manifest knows the truth, the rows that
// it calls anomalous are also measured apart.
type Dataset struct {
	Name     string         `json:"name"`
	First    dataset.Time   `json:"first"`
	Last     dataset.Time   `json:"last"`
	XXH64    string         `json:"xxh64"`
	Sketch   dataset.Sketch `json:"sketch"`
	FileRows int64          `json:"file_rows"`
	Figures
	Unscored   dataset.Left `json:"unscored"`
	Unseen     int64        `json:"unseen_levels"`
	Outside    int64        `json:"extrapolated"`          // rows that are outside the training's range of a column
	Irregular  int64        `json:"irregular"`             // with lags: rows not one step behind the row before
	NoiseFloor *float64     `json:"noise_floor,omitempty"` // irreducible variance
	ExcessMSE  *float64     `json:"excess_mse,omitempty"`  // mse − noise_floor
	Normal     *Part        `json:"normal,omitempty"`
	Anomalous  *Part        `json:"anomalous,omitempty"`
	Sums       Errors       `json:"sums"`    // of all its rows
	Pattern    Pattern      `json:"pattern"` // of the same
	Series     *Series      `json:"series"`  // nil without time
}

// Part is a part of a dataset's rows.
type Part struct {
	Figures
	ExcessMSE *float64 `json:"excess_mse,omitempty"`
}

// NewDataset measures a test file, from the errors on its normal and on its
// anomalous rows, and the pattern of both. noiseFloor is its irreducible variance, nil
// where that, and which rows are anomalous, is not known.
func NewDataset(id dataset.ID, unscored dataset.Left, normal, anomalous Errors, pattern Pattern,
	noiseFloor *float64) Dataset {
	var all Errors
	all.Merge(&normal)
	all.Merge(&anomalous)
	pattern.round()
	d := Dataset{Name: id.Name, First: id.First, Last: id.Last, XXH64: id.XXH64, Sketch: id.Sketch, FileRows: id.Rows,
		Figures: all.Figures(), Unscored: unscored, NoiseFloor: noiseFloor, Sums: all, Pattern: pattern}
	if noiseFloor != nil {
		d.ExcessMSE = excess(d.MSE, noiseFloor)
		d.Normal = &Part{Figures: normal.Figures()}
		d.Normal.ExcessMSE = excess(d.Normal.MSE, noiseFloor)
		d.Anomalous = &Part{Figures: anomalous.Figures()}
		d.Anomalous.ExcessMSE = excess(d.Anomalous.MSE, noiseFloor)
	}
	return d
}

func excess(mse, floor *float64) *float64 {
	if mse == nil {
		return nil
	}
	return ptr(*mse - *floor)
}

// finite reports errors whose squares are not.
func (d *Dataset) finite() error {
	if d.Sums.finite() && d.Pattern.finite() {
		return nil
	}
	return fmt.Errorf("the errors on dataset %q are too large or too small for their squares in float64; change the "+
		"unit of the target", d.Name)
}

func (d *Dataset) id() dataset.ID {
	return dataset.ID{Name: d.Name, Rows: d.FileRows, First: d.First, Last: d.Last, XXH64: d.XXH64, Sketch: d.Sketch}
}

// New pools datasets. The result depends on the datasets alone, not on how
// they were gathered.
func New(scaler, model string, datasets []Dataset, counts *Counts, unseen design.Unseen) (*Report, error) {
	datasets = slices.Clone(datasets)
	slices.SortStableFunc(datasets, func(a, b Dataset) int { return dataset.Compare(a.id(), b.id()) })
	ids := make([]dataset.ID, len(datasets))
	var total Errors
	var pattern Pattern
	var unscored dataset.Left
	for i := range datasets {
		d := &datasets[i]
		ids[i] = d.id()
		if err := d.finite(); err != nil {
			return nil, err
		}
		total.Merge(&d.Sums)
		pattern.Merge(&d.Pattern)
		unscored.Merge(d.Unscored)
	}
	if err := dataset.Distinct(ids); err != nil {
		return nil, err
	}
	if !total.finite() || !pattern.finite() {
		return nil, errors.New("the errors on all datasets together are too large for their squares in float64; " +
			"change the unit of the target")
	}
	return &Report{Scaler: scaler, Model: model, Figures: total.Figures(), Diagnostics: pattern.Diagnostics(counts),
		Unscored: unscored, Unseen: unseen.Cells, UnseenNames: unseen.Levels, Datasets: datasets}, nil
}

// NewPart makes a part of a report, for Merge.
func NewPart(scaler, model string, part *dataset.Part, datasets []Dataset, counts *Counts, unseen design.Unseen) (
	*Report, error) {
	for i := range datasets {
		if err := datasets[i].finite(); err != nil {
			return nil, err
		}
	}
	return &Report{Scaler: scaler, Model: model, Part: part, Datasets: datasets, Diagnostics: Diagnostics{Counts: *counts},
		Unseen: unseen.Cells, UnseenNames: unseen.Levels}, nil
}

// AllUnseen returns the levels that training has not, over all files.
func (r *Report) AllUnseen() design.Unseen {
	return design.Unseen{Cells: r.Unseen, Levels: r.UnseenNames}
}

// Scored returns the share of the rows with a target that were scored, NaN where
// there are none.
func (r *Report) Scored() float64 {
	return float64(r.Rows) / float64(r.Rows+r.Unscored.MissingFeature+r.Unscored.MissingLag)
}

// Merge joins reports on different files, or all parts of one, exactly.
func Merge(parts []*Report) (*Report, error) {
	var datasets []Dataset
	var counts Counts
	var unseen design.Unseen
	var shards []*dataset.Part
	for _, r := range parts {
		shards = append(shards, r.Part)
	}
	if err := dataset.Complete(shards); err != nil {
		return nil, err
	}
	for i, r := range parts {
		if r.Scaler != parts[0].Scaler || r.Model != parts[0].Model {
			return nil, fmt.Errorf("report %d is of another model or scaler than the first", i+1)
		}
		if !r.Diagnostics.fits() {
			return nil, fmt.Errorf("report %d has counts that do not fit together", i+1)
		}
		datasets = append(datasets, r.Datasets...)
		counts.Merge(&r.Diagnostics.Counts)
		unseen.Merge(r.AllUnseen())
	}
	return New(parts[0].Scaler, parts[0].Model, datasets, &counts, unseen)
}
