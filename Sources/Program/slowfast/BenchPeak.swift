internal import BenchReports
internal import Kernels

/// Multiply-adds a second that the vector units reach, best of five.
func measurePeak(_ engine: Engine) -> Double {
  let iterations = 2_000_000
  var macs = 0
  let timing = Timing(runs: 5) { macs = engine.runPeak(iterations: iterations) }
  return Double(macs) / timing.best
}
