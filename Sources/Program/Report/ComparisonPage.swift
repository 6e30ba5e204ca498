public import AVAEval
internal import AVARecords
internal import Datasets
internal import Wording

/// Two files of detections beside each other, as a page to read.
public struct ComparisonPage: Sendable {
  let a: String
  let b: String
  let files: ReportFiles
  let comparisons: [Comparison]
  let findings: (a: [Finding], b: [Finding])

  /// - Parameters:
  ///   - a: The first file, as the page names it.
  ///   - b: The second one.
  ///   - comparisons: A protocol each, at least one.
  ///   - findings: What the audit said of each file.
  public init(
    a: String, b: String, files: ReportFiles, comparisons: [Comparison], findings: (a: [Finding], b: [Finding])
  ) {
    precondition(!comparisons.isEmpty, "a comparison is under some protocol")
    self.a = a
    self.b = b
    self.files = files
    self.comparisons = comparisons
    self.findings = findings
  }

  /// The page, as one HTML document that needs no other file.
  public var html: String {
    let threshold = "\(first.dataset.overlapThreshold)"
    let header: HTML = """
      <p class="eyebrow">Frame mAP at IoU \(threshold), two files compared</p>
      <h1>\(names.b) against \(names.a)</h1>
      \(headline)\
      <p class="lead">A is <code>\(names.a)</code>, B is <code>\(names.b)</code>. \(files.sentence)</p>

      """
    return Page(
      title: "\(names.b) against \(names.a): \(signed(first.mAP.difference)) mAP", header: header,
      sections: [
        .init(id: "summary", title: "Summary", content: summary),
        .init(id: "classes", title: "Classes", content: classSection),
        .init(id: "frames", title: "Key frames that differ most", content: frameSection),
        .init(id: "audit", title: "Audit", content: audit),
      ]
    ).text
  }

  var first: Comparison { comparisons[0] }

  private var names: (a: String, b: String) { lastNames(a, b) }

  /// Which file is better, and whether other videos might say otherwise.
  private var headline: HTML {
    guard let gap = first.mAP.difference else { return "" }
    let lead: HTML =
      gap == 0
      ? "Both files have the same mAP"
      : "\(gap > 0 ? names.b : names.a) is better by \(figure(abs(gap))) mAP (\(first.rules.name))"
    var doubt: HTML = ""
    if let interval = first.mAP.interval, gap != 0 {
      doubt =
        interval.contains(0)
        ? "; other videos might say otherwise, for the interval holds 0"
        : "; other videos would most likely say the same"
    }
    return "<p class=\"headline\">\(lead)\(doubt).</p>\n"
  }

  private var audit: HTML {
    """
    <h3>A: \(names.a)</h3>
    \(findingsHTML(findings.a, title: nil))<h3>B: \(names.b)</h3>
    \(findingsHTML(findings.b, title: nil))
    """
  }
}
