public import AVAEval
internal import Datasets
internal import Wording

/// The files that an evaluation is of, as the page names them.
public struct ReportFiles: Sendable {
  public var groundTruth: String
  public var labelMap: String
  public var exclusions: String?

  public init(groundTruth: String, labelMap: String, exclusions: String? = nil) {
    self.groundTruth = groundTruth
    self.labelMap = labelMap
    self.exclusions = exclusions
  }

  var sentence: HTML {
    let excluded: HTML = exclusions.map { ", without the key frames of <code>\(lastName($0))</code>" } ?? ""
    let (truth, labels) = (lastName(groundTruth), lastName(labelMap))
    return "Ground truth <code>\(truth)</code>, classes of <code>\(labels)</code>\(excluded)."
  }
}

/// An evaluation as a page to read.
public struct EvaluationReport: Sendable {
  let detections: String
  let files: ReportFiles
  let tables: AlignedTables
  let evaluations: [Evaluation]
  let bootstraps: [Bootstrap]
  let explanation: Explanation
  let findings: [Finding]
  let images: KeyFrameImages?

  /// - Parameters:
  ///   - detections: The file of the detections, as the page names it.
  ///   - evaluations: A protocol each.
  ///   - bootstraps: The same protocols' intervals over videos; empty without.
  ///   - explanation: Of the first protocol.
  ///   - findings: What the audit said.
  ///   - images: Of the worst key frames; nil where none were asked for.
  public init(
    detections: String, files: ReportFiles, tables: AlignedTables, evaluations: [Evaluation], bootstraps: [Bootstrap],
    explanation: Explanation, findings: [Finding], images: KeyFrameImages? = nil
  ) {
    self.detections = detections
    self.files = files
    self.tables = tables
    self.evaluations = evaluations
    self.bootstraps = bootstraps
    self.explanation = explanation
    self.findings = findings
    self.images = images
  }

  /// The overlap that counts, as the page writes it.
  var threshold: String { "\(explanation.dataset.overlapThreshold)" }

  /// The page, as one HTML document that needs no other file.
  public var html: String {
    let header: HTML = """
      <p class="eyebrow">Frame mAP at IoU \(threshold)</p>
      <h1>\(lastName(detections))</h1>
      \(headline)\
      <p class="lead">\(files.sentence)</p>

      """
    return Page(
      title: "\(lastName(detections)): mAP \(figure(explanation.evaluation.mAP))", header: header,
      sections: [
        .init(id: "summary", title: "Summary", content: summary),
        .init(id: "errors", title: "What keeps the mAP below 1", content: errorSection),
        .init(id: "classes", title: "Classes", content: classSection),
        .init(id: "curves", title: "Curves and errors by class", content: curveSection),
        .init(id: "parts", title: "Sizes, crowds, videos", content: partSection),
        .init(id: "scores", title: "Scores and boxes", content: scoreSection),
        .init(id: "frames", title: "Worst key frames", content: frameSection),
      ]
    ).text
  }

  /// The bootstrap of the protocol that is explained; nil where it gives no intervals.
  var bootstrap: Bootstrap? { bootstraps.first.flatMap { $0.truthVideoCount < 2 ? nil : $0 } }

  /// How many classes the explained protocol's mean is over.
  var countingClasses: Int { explanation.classes.count { $0.result.ap != nil } }
}

/// A path's last part: a page that is sent to others need not say where its files lay.
func lastName(_ path: String) -> String {
  path == "-" ? "standard input" : path.split(separator: "/").last.map(String.init) ?? path
}

/// What two files are called beside each other: the folders that tell them apart, or A and B, stand after one name.
func lastNames(_ a: String, _ b: String) -> (a: String, b: String) {
  let (nameA, nameB) = (lastName(a), lastName(b))
  if nameA != nameB { return (nameA, nameB) }
  let foldersA = a.split(separator: "/").dropLast().reversed()
  let foldersB = b.split(separator: "/").dropLast().reversed()
  if let (folderA, folderB) = zip(foldersA, foldersB).first(where: { $0.0 != $0.1 }),
    ![".", ".."].contains(folderA), ![".", ".."].contains(folderB)
  {
    return ("\(nameA) (\(folderA))", "\(nameB) (\(folderB))")
  }
  return ("\(nameA) (A)", "\(nameB) (B)")
}
