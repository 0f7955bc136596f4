package main

import (
	"runtime"

	"github.com/mattn/go-sqlite3"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// newRegistry has the metrics of Go, of the process and of the build.
func newRegistry() *prometheus.Registry {
	sqlite, _, _ := sqlite3.Version()
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name:        "lastclick_build_info",
		Help:        "Always 1; what the program was built from.",
		ConstLabels: prometheus.Labels{"version": version, "commit": commit(), "go": runtime.Version(), "sqlite": sqlite},
	})
	build.Set(1)
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), build)
	return registry
}
