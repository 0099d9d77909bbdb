//! Asks for a URL by the client that is named, `reqwest` or `ureq`, with a key of its own.
fn main() {
    let words: Vec<String> = std::env::args().collect();
    let (client, url) = (words[1].as_str(), words[2].as_str());
    let text = match client {
        "reqwest" => {
            let request = reqwest::blocking::Client::new().get(url).header("authorization", "Bearer placeholder");
            request.send().and_then(|answer| answer.text()).unwrap()
        }
        _ => {
            let request = ureq::get(url).header("authorization", "Bearer placeholder");
            request.call().and_then(|mut answer| answer.body_mut().read_to_string()).unwrap()
        }
    };
    print!("{text}");
}
