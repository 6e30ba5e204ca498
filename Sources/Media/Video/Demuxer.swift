internal import CLibAV
internal import Files
internal import Wording

/// A video file opened for reading packets of its one best video stream.
final class Demuxer {
  let path: String
  /// What the file was when it was opened.
  let stamp: FileStamp
  /// The open file; libav owns what hangs below it.
  let context: UnsafeMutablePointer<AVFormatContext>
  let stream: UnsafeMutablePointer<AVStream>
  let codec: UnsafePointer<AVCodec>
  private let packet: UnsafeMutablePointer<AVPacket>

  /// Opens a local file, whatever container it is, and chooses the stream.
  init(path: String) throws {
    try loadLibAV(doing: opening, path: path)
    _ = LibAVLog.capture
    stamp = try FileStamp(path: path, doing: opening)
    if stamp.size == 0 {
      throw VideoError(doing: opening, path: path, reason: "the file is empty -> copy or record it again")
    }
    self.path = path
    context = try Demuxer.open(path, size: stamp.size)
    do {
      try Demuxer.findStreams(context, path)
      (stream, codec) = try Demuxer.chooseStream(context, path)
    } catch {
      var open: UnsafeMutablePointer<AVFormatContext>? = context
      avformat_close_input(&open)
      throw error
    }
    guard let packet = av_packet_alloc() else { fatalError("out of memory") }
    self.packet = packet
  }

  deinit {
    var packet: UnsafeMutablePointer<AVPacket>? = packet
    av_packet_free(&packet)
    var open: UnsafeMutablePointer<AVFormatContext>? = context
    avformat_close_input(&open)
  }

  var timeBase: Ratio { Ratio(stream.pointee.time_base) }

  private static func open(_ path: String, size: Int) throws(VideoError) -> UnsafeMutablePointer<AVFormatContext> {
    LibAVLog.clear()
    var context: UnsafeMutablePointer<AVFormatContext>?
    // Playlists may name other files; they may not name the network.
    var options: OpaquePointer?
    av_dict_set(&options, "protocol_whitelist", "file", 0)
    let opened = avformat_open_input(&context, "file:" + path, nil, &options)
    av_dict_free(&options)
    guard opened >= 0, let context else {
      throw VideoError(
        doing: opening, path: path,
        reason: "\(reason(of: opened)) in its \(counted(size, "byte"))\(LibAVLog.complaint) -> "
          + "it is cut short, damaged or not a video")
    }
    return context
  }

  /// Reads the first packets, where containers and decoders say more than in the head; reading begins with these again.
  private static func findStreams(
    _ context: UnsafeMutablePointer<AVFormatContext>, _ path: String
  ) throws(VideoError) {
    let found = avformat_find_stream_info(context, nil)
    if found < 0 {
      throw VideoError(
        doing: opening, path: path, reason: "no stream can be read: \(reason(of: found))\(LibAVLog.complaint)")
    }
  }

  /// Opens the file once more and lends `body` all its packets up to its end or its first error, none of them read ahead: what `LibAVLog` holds
  /// then was said while this one was read, or, after the last one, on the way to the end.
  func readThrough(_ body: (AVPacket) -> Void) throws {
    var context: UnsafeMutablePointer<AVFormatContext>? = try Demuxer.open(path, size: stamp.size)
    defer { avformat_close_input(&context) }
    var packet = av_packet_alloc()
    defer { av_packet_free(&packet) }
    guard let packet else { fatalError("out of memory") }
    while true {
      LibAVLog.clear()
      let status = av_read_frame(context, packet)
      if status == slowfast_averror(EAGAIN) { continue }
      if status < 0 { return }
      body(packet.pointee)
      av_packet_unref(packet)
    }
  }

  /// The stream that people mean by "the video": default before others, then the largest frame, then the first.
  static func chooseStream(
    _ context: UnsafeMutablePointer<AVFormatContext>, _ path: String
  ) throws(VideoError) -> (stream: UnsafeMutablePointer<AVStream>, codec: UnsafePointer<AVCodec>) {
    func rank(_ stream: UnsafeMutablePointer<AVStream>) -> (Int, Int) {
      let parameters = stream.pointee.codecpar.pointee
      return (
        stream.pointee.disposition & AV_DISPOSITION_DEFAULT != 0 ? 1 : 0,
        Int(parameters.width) * Int(parameters.height)
      )
    }
    var best: UnsafeMutablePointer<AVStream>?
    for candidate in videoStreams(of: context) {
      if let current = best, rank(candidate) <= rank(current) { continue }
      best = candidate
    }
    guard let best else {
      throw VideoError(
        doing: opening, path: path,
        reason: "it has no video stream (\(contents(of: context))) -> give a video file; this one may be cut short")
    }
    let parameters = best.pointee.codecpar.pointee
    let name = String(cString: avcodec_get_name(parameters.codec_id))
    if parameters.codec_id == AV_CODEC_ID_NONE {
      throw VideoError(
        doing: opening, path: path,
        reason: "its header does not name the codec\(LibAVLog.complaint) -> the file is cut short or damaged")
    }
    guard let codec = avcodec_find_decoder(parameters.codec_id) else {
      throw VideoError(
        doing: opening, path: path, reason: "this libav has no decoder for \(name) -> convert the video")
    }
    return (best, codec)
  }

  /// The streams of moving images: no cover art, no text art.
  static func videoStreams(
    of context: UnsafeMutablePointer<AVFormatContext>
  ) -> [UnsafeMutablePointer<AVStream>] {
    (0..<Int(context.pointee.nb_streams)).compactMap { context.pointee.streams[$0] }.filter { stream in
      let parameters = stream.pointee.codecpar.pointee
      let isText = [AV_CODEC_ID_ANSI, AV_CODEC_ID_BINTEXT, AV_CODEC_ID_XBIN, AV_CODEC_ID_IDF]
        .contains(parameters.codec_id)
      return parameters.codec_type == AVMEDIA_TYPE_VIDEO && !isText
        && stream.pointee.disposition & AV_DISPOSITION_ATTACHED_PIC == 0
    }
  }

  /// What a file without video holds, for the error text.
  private static func contents(of context: UnsafeMutablePointer<AVFormatContext>) -> String {
    let kinds = (0..<Int(context.pointee.nb_streams)).compactMap { context.pointee.streams[$0] }.map { stream in
      streamKind(of: stream)
    }
    return kinds.isEmpty ? "no stream at all" : kinds.joined(separator: ", ")
  }

  /// Reads the next packet and lends it to `body`, with whether it is of the chosen stream and its stream's tick.
  ///
  /// - Returns: nil at the end of the file.
  /// - Throws: ``VideoError`` when the file breaks off.
  func nextPacket<T>(
    _ body: (UnsafeMutablePointer<AVPacket>, Bool, Double) throws -> T, ofAnyStream: Bool = false
  ) throws -> T? {
    while true {
      LibAVLog.clear()
      let status = av_read_frame(context, packet)
      if status == slowfast_averror_eof() { return nil }
      if status == slowfast_averror(EAGAIN) { continue }
      if status < 0 {
        throw VideoError(
          doing: "reading a video", path: path, reason: "\(reason(of: status))\(LibAVLog.complaint)")
      }
      defer { av_packet_unref(packet) }
      let index = packet.pointee.stream_index
      let isVideo = index == stream.pointee.index
      guard isVideo || ofAnyStream, index < context.pointee.nb_streams,
        let owner = context.pointee.streams[Int(index)]
      else { continue }
      return try body(packet, isVideo, owner.pointee.time_base.seconds)
    }
  }

  /// Goes to the last seek point at or before a timestamp of the stream; false where the container cannot.
  func seek(to timestamp: Int64) -> Bool {
    av_seek_frame(context, stream.pointee.index, timestamp, AVSEEK_FLAG_BACKWARD) >= 0
  }
}

let opening = "opening a video"

/// What kind of stream this is, in one word.
func streamKind(of stream: UnsafeMutablePointer<AVStream>) -> String {
  if stream.pointee.disposition & AV_DISPOSITION_ATTACHED_PIC != 0 { return "attached picture" }
  switch stream.pointee.codecpar.pointee.codec_type {
  case AVMEDIA_TYPE_VIDEO: return "video"
  case AVMEDIA_TYPE_AUDIO: return "audio"
  case AVMEDIA_TYPE_SUBTITLE: return "subtitle"
  case AVMEDIA_TYPE_ATTACHMENT: return "attachment"
  default: return "data"
  }
}
