internal import AVAEval
internal import AVARecords
internal import Report
internal import TextReports
internal import Video

extension ReportOptions {
  /// Writes the page of an evaluation.
  func write(_ run: EvaluationRun, _ detections: String, _ files: ReportFiles, _ catalog: FrameCatalog?) throws {
    guard let explanation = run.explanation(worstFrames: reportFrames) else { return }
    let moments = explanation.worstFrames.map { frame in
      let key = run.tables.frames[frame.frame]
      return KeyFrame(video: run.tables.videos[key.video], time: key.time)
    }
    try write(
      EvaluationReport(
        detections: detections, files: files, tables: run.tables, evaluations: run.evaluations,
        bootstraps: run.bootstraps ?? [], explanation: explanation, findings: run.findings,
        images: catalog.map { images(moments, [run.tables], $0) }
      ).html)
  }
}
