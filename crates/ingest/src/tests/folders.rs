//! Folders whose maker is known: Docker's of a container, Prometheus' of its data.

use super::*;

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// The services of all that is heard below a path.
fn services(path: &Path, reading: &Reading) -> Vec<String> {
    let found = discover(&[path.to_owned()]);
    assert_eq!(found.unread, []);
    let mut services = Vec::new();
    for source in found.sources {
        let hearing = source.read(reading, &AtomicU64::new(0), &mut |event| {
            if let Event::Log(log) = event {
                services.push(log.origin.service.to_string());
            }
        });
        assert_eq!(hearing.unread, [], "{}", source.name());
    }
    services
}

const LINE: &str = "{\"log\":\"order placed\\n\",\"stream\":\"stdout\",\"time\":\"2026-10-30T23:50:00Z\"}\n";

#[test]
fn a_container_is_called_as_the_settings_beside_its_log_say() {
    let folder = TempDir::new().unwrap();
    let id = |digit: &str| digit.repeat(64);
    let add = |digit: &str, settings: Option<&str>| {
        let id = id(digit);
        write(folder.path(), &format!("{id}/{id}-json.log"), &LINE.replace("order", digit));
        settings.into_iter().for_each(|text| write(folder.path(), &format!("{id}/config.v2.json"), text));
        write(folder.path(), &format!("{id}/hosts"), &format!("127.0.0.1 {digit}\n"));
    };
    add("a", Some(r#"{"Name":"/shop-api-1","Config":{"Labels":{"com.docker.compose.service":"api"}}}"#));
    add("b", Some(r#"{"Name":"/shop-db-1","Config":{"Labels":null}}"#));
    add("c", Some("no JSON at all"));
    add("d", Some(r#"{"Name":"/","Config":{}}"#));
    assert_eq!(services(folder.path(), &utc()), ["api".to_owned(), "shop-db-1".to_owned(), id("c"), id("d")]);
    let named = Reading { service: Some("named".to_owned()), ..utc() };
    assert_eq!(services(folder.path(), &named), ["api", "shop-db-1", "named", "named"]);
    let log = folder.path().join(format!("{0}/{0}-json.log", id("a")));
    assert_eq!(services(&log, &utc()), ["api"]);
    assert_eq!(services(log.parent().unwrap(), &utc()), ["api"]);
}

#[test]
fn the_data_folder_of_prometheus_costs_one_remark_and_what_lies_beside_it_is_read() {
    let folder = TempDir::new().unwrap();
    let data = folder.path().join("prom");
    for name in ["chunks_head/000001", "wal/00000000", "queries.active", "lock"] {
        write(&data, name, "\0\0");
    }
    for block in ["01JBFQ3Q7Y5M4E6W8T9V0X1Y2Z", "01JBFQ3Q7Y5M4E6W8T9V0X1Y3A"] {
        for name in ["chunks/000001", "index", "meta.json", "tombstones"] {
            write(&data, &format!("{block}/{name}"), "\0\0");
        }
    }
    write(&data, "app.log", "2026-10-30T23:50:00Z up\n");
    let found = discover(&[folder.path().to_owned()]);
    assert_eq!(found.sources.len(), 1);
    assert_eq!((found.unread.len(), found.remarks.len()), (1, 0), "{found:?}");
    assert!(
        found.unread[0].path.ends_with("prom") && found.unread[0].reason.contains("promtool tsdb dump DIR")
    );
    // A folder that is called like one of its parts is none.
    let other = TempDir::new().unwrap();
    write(other.path(), "wal/app.log", "2026-10-30T23:50:00Z up\n");
    assert_eq!(discover(&[other.path().to_owned()]).sources.len(), 1);
}
