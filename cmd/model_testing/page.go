package main

import (
	"fmt"

	"mlpipeline/internal/cli"
	"mlpipeline/internal/metrics"
	"mlpipeline/internal/regression"
	"mlpipeline/internal/report"
	"mlpipeline/internal/scaler"
)

// makePage makes that of -report: a function of the artifacts, whichever way
// they were made. Without the scaler and the model's readable form it is shorter.
func makePage(o *options, r *metrics.Report, gates []report.Gate) []byte {
	page := report.Page{Version: cli.Version(), Metrics: r, Gates: gates}
	if s, err := scaler.Read(o.scaler); err != nil {
		page.Missing = append(page.Missing, err.Error())
	} else if s.Fingerprint() != r.Scaler {
		page.Missing = append(page.Missing, fmt.Sprintf("%s is not the scaler of these metrics", o.scaler))
	} else {
		page.Scaler = s
	}
	twin := regression.Twin(o.model)
	if m, err := regression.ReadSummary(twin); err != nil {
		page.Missing = append(page.Missing, err.Error())
	} else if m.Model != r.Model {
		page.Missing = append(page.Missing, fmt.Sprintf("%s is not of the model of these metrics", twin))
	} else {
		page.Model = m
		if fit, fingerprint, err := regression.ReadLight(o.model); err != nil {
			page.Missing = append(page.Missing, err.Error())
		} else if fingerprint == r.Model {
			page.Fit = fit
		}
	}
	return page.HTML()
}
