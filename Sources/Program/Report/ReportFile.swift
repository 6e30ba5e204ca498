public import Files

/// Writes a page as DIR/index.html, complete or not at all; a folder that exists is used, one that does not is made.
///
/// - Returns: The file, and its size in bytes.
public func writeReport(_ html: String, folder: String) throws(FileError) -> (path: String, size: Int) {
  let path = joinPath(folder, reportName)
  try writeFile(path, html)
  return (path, html.utf8.count)
}

/// The page's name in its folder.
public let reportName = "index.html"
